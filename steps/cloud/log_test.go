package cloud_test

import (
	"testing"

	"github.com/JustAJobApp/runbook/steps/cloud"
)

func TestAnswered(t *testing.T) {
	for text, want := range map[string][2]bool{
		`INFO:     10.0.0.7:443 - "GET /me HTTP/1.1" 200 OK`:                                            {false, true},
		`INFO:     10.0.0.7:443 - "GET /me HTTP/1.1" 500 Internal Server Error`:                         {true, true},
		`2026-11-23 07:00:00 INFO: 1.1.1.1:0 - "POST /stripe/webhook HTTP/2" 503`:                       {true, true},
		`INFO:     10.0.0.7:443 - "GET /get-emails?q=%22x%22 HTTP/1.1" 404 Not Found`:                   {false, true},
		`INFO:     10.0.0.7:443 - "GET / HTTP/1.1" 200 OK`:                                              {false, false},
		`INFO:     10.0.0.7:443 - "GET /?x=1 HTTP/1.1" 200 OK`:                                          {false, false},
		`INFO:     10.0.0.7:443 - "GET / HTTP/1.1" 502 Bad Gateway`:                                     {true, true},
		`INFO:     172.26.1.10:1 - "GET /x HTTP/1.1" 500 Internal Server Error "ELB-HealthChecker/2.0"`: {false, false},
		`ERROR - upstream said "HTTP/1.1 500"`:                                                          {false, false},
		`see "GET /x HTTP/1.1" 5000 things`:                                                             {false, false},
		`"GET HTTP/1.1" 500`:                                                                            {false, false},
		`GET /x HTTP/1.1" 500 x`:                                                                        {false, false},
		`INFO: "GET /x HTTP/1.1" abc`:                                                                   {false, false},
		``:                                                                                              {false, false},
	} {
		bad, ok := cloud.LogLine{Message: text}.Answered()
		if bad != want[0] || ok != want[1] {
			t.Errorf("%s: bad %v, an answer %v", text, bad, ok)
		}
	}
}
