// Package keys holds every key of the program as data: what it does, where, and why it does nothing just now. Footers, help, the
// palette and the key table of the README are made from it, so that they cannot drift from what the keys do. It also holds the
// guard against keys that were typed at the screen before. It imports ui/theme; every package under ui may import it.
package keys
