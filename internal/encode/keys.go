package encode

// Keys is a small set of keys, to be asked for every attribute: those of the trace fields, with
// which a root attribute must not collide. A map would hash each key; the lengths alone, which
// are at hand, say no for most. It is filled before it is used, and only read then.
type Keys struct {
	keys    []string
	lengths lengths
}

// lengths has bit n set when a key is n bytes long, so that most attributes are told apart
// from all keys by one test.
type lengths uint64

func (l lengths) has(n int) bool { return l>>(n&63)&1 != 0 }

// Add adds a key.
func (k *Keys) Add(key string) {
	k.keys = append(k.keys, key)
	k.lengths |= 1 << (len(key) & 63)
}

// Has reports whether key is in the set. The nil set is empty.
func (k *Keys) Has(key string) bool { return k != nil && k.Index(key) >= 0 }

// Index returns how many keys were added before key, or -1.
func (k *Keys) Index(key string) int {
	if !k.lengths.has(len(key)) {
		return -1
	}
	return k.find(key)
}

// lengthsOf are the lengths of the keys. Whoever asks for many keys asks these first.
func (k *Keys) lengthsOf() lengths {
	if k == nil {
		return 0
	}
	return k.lengths
}

func (k *Keys) find(key string) int {
	for i := range k.keys {
		if k.keys[i] == key {
			return i
		}
	}
	return -1
}
