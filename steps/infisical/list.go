package infisical

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
)

// maxBody bounds an answer; a hundred secrets take 60 KB.
const maxBody = 8 << 20

// list is one request that asks Infisical to hide the values. The answer's value fields are not decoded.
func (c *Client) list(ctx context.Context, token string) ([]cloud.Secret, error) {
	query := url.Values{"workspaceId": {c.opt.Project}, "environment": {c.opt.Environment}, "secretPath": {c.opt.Path}, "viewSecretValue": {"false"},
		"include_imports": {"false"}, "expandSecretReferences": {"false"}, "recursive": {"false"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.opt.URL+"/api/v3/secrets/raw?"+query.Encode(), nil)
	if err != nil {
		return nil, c.silent(ctx, err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/json")
	if c.opt.UserAgent != "" {
		req.Header.Set("User-Agent", c.opt.UserAgent)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, c.silent(ctx, err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		return nil, c.silent(ctx, err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, c.answered("the list of secrets", res.StatusCode, said(body))
	}
	var out struct {
		Secrets *[]struct {
			Key       string    `json:"secretKey"`
			Version   int       `json:"version"`
			CreatedAt time.Time `json:"createdAt"`
			UpdatedAt time.Time `json:"updatedAt"`
			Path      string    `json:"secretPath"`
		} `json:"secrets"`
	}
	if err := json.Unmarshal(body, &out); err != nil || out.Secrets == nil {
		return nil, &steps.Error{Code: steps.CodeUnreachable, What: "Infisical's answer is no list of secrets; something between may have answered.", Meaning: nothing, Next: "Look again."}
	}
	list := make([]cloud.Secret, 0, len(*out.Secrets))
	for _, s := range *out.Secrets {
		list = append(list, cloud.Secret{Name: s.Key, Version: s.Version, CreatedAt: s.CreatedAt.UTC(), UpdatedAt: s.UpdatedAt.UTC(), Path: s.Path})
	}
	slices.SortFunc(list, func(a, b cloud.Secret) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// said is the message of an error's body, with the class of the error before it; "" for a body that is none.
func said(body []byte) string {
	var e struct {
		Message any    `json:"message"`
		Error   string `json:"error"`
	}
	if json.Unmarshal(body, &e) != nil {
		return ""
	}
	text, _ := e.Message.(string) // of a 422 it is a list, which may quote what was sent
	return strings.TrimSpace(e.Error + " " + text)
}
