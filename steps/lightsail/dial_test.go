package lightsail

import (
	"errors"
	"net"
	"testing"
)

func TestNoOtherHostIsDialled(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	dial := onlyTo("http://"+l.Addr().String(), "https://practice.test")
	conn, err := dial(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	for _, addr := range []string{"lightsail.eu-west-1.amazonaws.com:443", "127.0.0.1:1", "169.254.169.254:80", "practice.test:80"} {
		if _, err := dial(t.Context(), "tcp", addr); !errors.Is(err, errElsewhere) {
			t.Errorf("%s: %v", addr, err)
		}
	}
}
