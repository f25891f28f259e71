// Package openshared opens files that others rename, replace and delete while they are read,
// as logs are. Only reading is shared in that way: who writes to a log opens it in package
// logfile, with a lock. On Unix an open file keeps nobody from its name; Windows has to be
// asked for that when it is opened.
package openshared
