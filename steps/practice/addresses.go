package practice

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/control"
)

// Addresses says where the parts of a simulated cloud are. What is not served is "". It marshals as `runbook sim` prints it.
type Addresses struct {
	URL       string            `json:"url"` // answers these addresses to GET /
	Lightsail string            `json:"lightsail"`
	STS       string            `json:"sts"`
	Infisical string            `json:"infisical"`
	GitHub    string            `json:"github"`
	Registry  string            `json:"registry"`
	Git       string            `json:"git"`
	Control   string            `json:"control"`
	Env       map[string]string `json:"env"` // for programs that are to use this cloud; the keys are worth nothing elsewhere
}

const addressFile = "address.json"

// attachTimeout is how long a cloud may take to say that it lives. It is on loopback.
const attachTimeout = 2 * time.Second

type addressDoc struct {
	ID        string    `json:"id"` // of the process
	Addresses Addresses `json:"addresses"`
}

// Attach finds the cloud that serves a folder. ok is false where none does: no address file, or nobody there who answers to it.
func Attach(dir string) (a Addresses, ok bool) {
	b, err := os.ReadFile(filepath.Join(dir, addressFile))
	var doc addressDoc
	if err != nil || json.Unmarshal(b, &doc) != nil || doc.Addresses.Control == "" {
		return Addresses{}, false
	}
	ctx, cancel := context.WithTimeout(context.Background(), attachTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, doc.Addresses.Control+"/clock", nil)
	if err != nil {
		return Addresses{}, false
	}
	t := &http.Transport{DisableKeepAlives: true} // no proxy, whatever the environment says
	resp, err := t.RoundTrip(req)
	if err != nil {
		return Addresses{}, false
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16))
	if resp.StatusCode != http.StatusOK || resp.Header.Get(control.IDHeader) != doc.ID {
		return Addresses{}, false
	}
	return doc.Addresses, true
}
