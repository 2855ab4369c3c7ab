package practice

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/apps"
	"github.com/JustAJobApp/runbook/steps/practice/control"
	"github.com/JustAJobApp/runbook/steps/practice/infisical"
	"github.com/JustAJobApp/runbook/steps/practice/lightsail"
	"github.com/JustAJobApp/runbook/steps/practice/world"
)

const (
	controlPath = "/control"
	mainPort    = "main"
)

// network is the listeners: one for the services' interfaces and the control, one for each container service.
type network struct {
	url     string
	stop    context.CancelFunc
	servers []*http.Server
	listen  []net.Listener
	done    sync.WaitGroup
}

// serve opens the listeners, on the ports of the last time where they are free, so that addresses stay.
func serve(ctx context.Context, cloud *world.World, id string, addresses func() Addresses) (*network, error) {
	var names []string
	former := map[string]int{}
	cloud.Read(func(_ time.Time, s *world.State) {
		for _, v := range s.Services {
			names = append(names, v.Name)
		}
		for k, p := range s.Ports {
			former[k] = p
		}
	})
	base, stop := context.WithCancel(context.Background())
	n := &network{stop: stop}
	ports, urls := map[string]int{}, map[string]string{}
	for _, name := range append([]string{mainPort}, names...) {
		l, err := listen(ctx, former[name])
		if err != nil {
			n.close()
			return nil, fmt.Errorf("no port on loopback could be opened: %w", err)
		}
		n.listen = append(n.listen, l)
		ports[name] = l.Addr().(*net.TCPAddr).Port
		urls[name] = fmt.Sprintf("http://127.0.0.1:%d", ports[name])
	}
	if err := cloud.Change(func(_ time.Time, s *world.State) error { s.Ports = ports; return nil }); err != nil {
		n.close()
		return nil, err
	}
	n.url = urls[mainPort]
	handlers := []http.Handler{mainHandler(cloud, id, func(service string) string { return urls[service] + "/" }, func() any { return addresses() })}
	for _, name := range names {
		handlers = append(handlers, apps.New(cloud, name))
	}
	for _, h := range handlers {
		n.servers = append(n.servers, &http.Server{
			Handler: local(h), ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0),
			BaseContext: func(net.Listener) context.Context { return base },
		})
	}
	return n, nil
}

func listen(ctx context.Context, former int) (net.Listener, error) {
	var lc net.ListenConfig
	if former != 0 {
		if l, err := lc.Listen(ctx, "tcp4", fmt.Sprintf("127.0.0.1:%d", former)); err == nil {
			return l, nil
		}
	}
	return lc.Listen(ctx, "tcp4", "127.0.0.1:0")
}

// mainHandler routes by path: Infisical and the control have their own, the rest is AWS.
func mainHandler(cloud *world.World, id string, url func(string) string, addresses func() any) http.Handler {
	ctl := control.New(cloud, id, addresses)
	secrets := infisical.New(cloud)
	aws := lightsail.New(cloud, url)
	mux := http.NewServeMux()
	mux.Handle(controlPath+"/", http.StripPrefix(controlPath, ctl))
	mux.Handle("/api/", secrets)
	mux.Handle("GET /{$}", http.RedirectHandler(controlPath+"/addresses", http.StatusTemporaryRedirect))
	mux.Handle("POST /{$}", aws)
	return mux
}

// local refuses requests that came by another name: a web page must not reach the cloud through a name of its own.
func local(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if i := strings.LastIndexByte(host, ':'); i >= 0 {
			host = host[:i]
		}
		if host != "127.0.0.1" && host != "localhost" {
			http.Error(w, "this address is for this machine only", http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}

func (n *network) run() {
	for i, s := range n.servers {
		n.done.Go(func() { _ = s.Serve(n.listen[i]) })
	}
}

// close ends what is under way: sleepers and held requests first, then the connections.
func (n *network) close() {
	n.stop()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, s := range n.servers {
		if s.Shutdown(ctx) != nil {
			_ = s.Close()
		}
	}
	for _, l := range n.listen {
		_ = l.Close()
	}
	n.done.Wait()
}
