package web

import "testing"

// A name may be looked up to anything: what counts is the address that is dialled.
func TestAddressesAreCheckedAfterTheLookUp(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1:80": true, "[::1]:80": true, "93.184.216.34:443": true, "10.0.0.1:80": true,
		"169.254.169.254:80": false, "[fe80::1%eth0]:80": false, "[::ffff:169.254.169.254]:80": false, "0.0.0.0:80": false, "nonsense": false,
	} {
		if err := control("tcp", address, nil); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
}
