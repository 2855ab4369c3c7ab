package lightsail

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/traffic"
	"github.com/JustAJobApp/runbook/steps/practice/world"
)

const (
	pageLines = 2000
	retention = 96 * time.Hour
)

type logInput struct {
	Service   string `json:"serviceName"`
	Container string `json:"containerName"`
	Start     *stamp `json:"startTime"`
	End       *stamp `json:"endTime"`
	Filter    string `json:"filterPattern"`
	Token     string `json:"pageToken"`
}

type logEvent struct {
	CreatedAt stamp  `json:"createdAt"`
	Message   string `json:"message"`
}

// page is where the next page begins. What was asked is in it: a token belongs to its question.
type page struct {
	Service   string `json:"s"`
	Container string `json:"c"`
	Filter    string `json:"f"`
	From      int64  `json:"b"` // milliseconds
	End       int64  `json:"e"`
	Second    int64  `json:"t"`
	Skip      int    `json:"n"` // lines of that second that have been given
}

func getContainerLog(c *call) (any, error) {
	var in logInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	var p page
	var src traffic.Source
	_, err := c.read(func(now time.Time, s *world.State) (any, error) {
		v, err := service(s, in.Service)
		if err != nil {
			return nil, err
		}
		of, ok := traffic.Of(s, v, in.Container)
		if !ok {
			return nil, notFound(fmt.Sprintf("Container %q does not exist in service %q.", in.Container, v.Name))
		}
		src = of.Clone() // the lines are written after the state's lock is gone
		p, err = in.page(now, src.Begin())
		return nil, err
	})
	if err != nil {
		return nil, err
	}
	events, next := p.fill(src)
	out := map[string]any{"logEvents": events}
	if next != "" {
		out["nextPageToken"] = next
	}
	return out, nil
}

// page is where to begin: at the token, or at the start time.
func (in logInput) page(now, begin time.Time) (page, error) {
	p := page{Service: in.Service, Container: in.Container, Filter: in.Filter}
	if in.Token != "" {
		b, err := base64.RawURLEncoding.DecodeString(in.Token)
		var t page
		if err != nil || json.Unmarshal(b, &t) != nil || t.Service != in.Service || t.Container != in.Container || t.Filter != in.Filter || t.End > now.UnixMilli() {
			return p, input("The page token does not belong to this request.")
		}
		return t, nil
	}
	from, end := begin, now
	if in.Start != nil && time.Time(*in.Start).After(from) {
		from = time.Time(*in.Start)
	}
	if kept := now.Add(-retention); kept.After(from) {
		from = kept
	}
	if in.End != nil && time.Time(*in.End).Before(end) {
		end = time.Time(*in.End)
	}
	p.From, p.End, p.Second = from.UnixMilli(), end.UnixMilli(), from.Unix()
	return p, nil
}

// fill collects one page, oldest first, and the token of the next.
func (p page) fill(src traffic.Source) ([]logEvent, string) {
	match := pattern(p.Filter)
	events := []logEvent{}
	var lines []traffic.Line
	for ; p.Second*1000 <= p.End; p.Second, p.Skip = p.Second+1, 0 {
		lines = src.Second(lines[:0], p.Second)
		for i, l := range lines {
			ms := l.At.UnixMilli()
			if i < p.Skip || ms < p.From || ms > p.End || !match(l.Text) {
				continue
			}
			if len(events) == pageLines {
				p.Skip = i
				b, err := json.Marshal(p)
				if err != nil {
					return events, ""
				}
				return events, base64.RawURLEncoding.EncodeToString(b)
			}
			events = append(events, logEvent{stamp(l.At), l.Text})
		}
	}
	return events, ""
}

// pattern reads a filter: all words must be there, -word must not, and of ?words one is enough. Case counts.
func pattern(expr string) func(string) bool {
	var all, none, some []string
	for w := range strings.FieldsSeq(expr) {
		switch {
		case strings.HasPrefix(w, "?") && len(w) > 1:
			some = append(some, unquote(w[1:]))
		case strings.HasPrefix(w, "-") && len(w) > 1:
			none = append(none, unquote(w[1:]))
		default:
			all = append(all, unquote(w))
		}
	}
	return func(s string) bool {
		for _, w := range all {
			if !strings.Contains(s, w) {
				return false
			}
		}
		for _, w := range none {
			if strings.Contains(s, w) {
				return false
			}
		}
		if len(some) == 0 {
			return true
		}
		for _, w := range some {
			if strings.Contains(s, w) {
				return true
			}
		}
		return false
	}
}

func unquote(w string) string { return strings.Trim(w, `"`) }
