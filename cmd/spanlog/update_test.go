package main

import "flag"

var update = flag.Bool("update", false, "write what the scripts compare with")
