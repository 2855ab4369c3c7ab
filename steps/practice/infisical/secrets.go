package infisical

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/faults"
	"github.com/JustAJobApp/runbook/steps/practice/world"
)

// hidden stands where a value is not shown.
const hidden = "<hidden-by-infisical>"

// place checks the project, environment and folder that a request names.
func place(v *world.Vault, project, slug, environment, path string) error {
	switch {
	case project == "" && slug == "":
		return &failure{400, "BadRequest", "workspaceId or workspaceSlug is required"}
	case project != "" && project != v.Project:
		return &failure{404, "NotFound", fmt.Sprintf("Project with ID '%s' not found", project)}
	case project == "" && slug != v.Slug:
		return &failure{404, "NotFound", "No project found with slug " + slug}
	case environment != v.Environment:
		return &failure{404, "NotFound", fmt.Sprintf("Environment with slug '%s' in project with ID %s not found", environment, v.Project)}
	case path != "" && strings.TrimRight(path, "/") != "":
		return &failure{404, "NotFound", fmt.Sprintf("Folder with path '%s' in environment with slug '%s' not found", path, environment)}
	}
	return nil
}

// asked checks a read's place.
func (q *request) asked(v *world.Vault) error {
	return place(v, q.param("workspaceId", "projectId"), q.param("workspaceSlug", "projectSlug"), q.param("environment"), q.param("secretPath"))
}

// meant checks a write's place: writes name the project by its ID only.
func (q *request) meant(v *world.Vault) error {
	id := q.text("workspaceId")
	if id == "" {
		id = q.text("projectId")
	}
	return place(v, id, "", q.text("environment"), q.text("secretPath"))
}

func shape(v *world.Vault, s *world.Secret, at world.SecretVersion, value string) map[string]any {
	return map[string]any{
		"id": s.ID, "_id": s.ID, "workspace": v.Project, "environment": v.Environment, "version": at.Version, "type": "shared",
		"secretKey": s.Key, "secretValue": value, "secretValueHidden": value == hidden, "secretComment": s.Comment, "secretPath": "/",
		"secretReminderNote": nil, "secretReminderRepeatDays": nil, "skipMultilineEncoding": false, "createdAt": iso(s.CreatedAt),
		"updatedAt": iso(at.At), "metadata": nil, "secretMetadata": []any{}, "tags": []any{}, "isRotatedSecret": false, "rotationId": nil,
		"actor": map[string]any{"actorType": "identity", "name": at.By},
	}
}

func iso(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// value is what a read may show of a version.
func (q *request) value(at world.SecretVersion) string {
	if q.param("viewSecretValue") == "false" {
		return hidden
	}
	return at.Value
}

func (s *Server) list(q *request) (out any, err error) {
	s.cloud.Read(func(_ time.Time, st *world.State) {
		if err = q.asked(&st.Vault); err != nil {
			return
		}
		secrets := []any{}
		for _, x := range st.Vault.Secrets {
			secrets = append(secrets, shape(&st.Vault, x, x.Latest(), q.value(x.Latest())))
		}
		out = map[string]any{"secrets": secrets, "imports": []any{}}
	})
	return out, err
}

func missing(key string) *failure {
	return &failure{404, "NotFound", fmt.Sprintf("Secret with name '%s' not found", key)}
}

func (s *Server) get(q *request) (out any, err error) {
	key := q.r.PathValue("name")
	s.cloud.Read(func(_ time.Time, st *world.State) {
		if err = q.asked(&st.Vault); err != nil {
			return
		}
		x := st.Vault.Secret(key)
		if x == nil {
			err = missing(key)
			return
		}
		at := x.Latest()
		if want := q.param("version"); want != "" {
			i := slices.IndexFunc(x.Versions, func(v world.SecretVersion) bool { return strconv.Itoa(v.Version) == want })
			if i < 0 {
				err = &failure{404, "NotFound", fmt.Sprintf("Secret version '%s' of '%s' not found", want, key)}
				return
			}
			at = x.Versions[i]
		}
		out = map[string]any{"secret": shape(&st.Vault, x, at, q.value(at))}
	})
	return out, err
}

// change applies a write and records it, or opens a change request where a policy wants one.
func (s *Server) change(q *request, operation string, do func(now time.Time, v *world.Vault) (*world.Secret, string, error)) (out any, err error) {
	key := q.r.PathValue("name")
	pending := faults.Approval(q.r.Context())
	err = s.cloud.Change(func(now time.Time, st *world.State) error {
		if err := q.meant(&st.Vault); err != nil {
			return err
		}
		note, effect := "change request opened", world.EffectRefused
		if pending {
			id := world.UUID(world.Draw(st.Scenario.Seed, "approval", st.Seq))
			out = map[string]any{"approval": map[string]any{"id": id, "slug": "change-" + key, "status": "open", "hasMerged": false}}
		} else {
			x, said, err := do(now, &st.Vault)
			if err != nil {
				return err
			}
			out = map[string]any{"secret": shape(&st.Vault, x, x.Latest(), x.Latest().Value)}
			note, effect = said, world.EffectApplied
		}
		if faults.Unanswered(q.r.Context()) {
			effect = world.EffectUnanswered
		}
		st.Record(world.Entry{At: now, Principal: q.who, Operation: operation, Target: key, Effect: effect, Note: note})
		return nil
	})
	return out, err
}

// trim is what the server does to a value: no white space around it, but for one newline at the end.
func trim(v string) string {
	t := strings.TrimSpace(v)
	if strings.HasSuffix(v, "\n") && t != "" {
		t += "\n"
	}
	return t
}

func (s *Server) update(q *request) (any, error) {
	key := q.r.PathValue("name")
	return s.change(q, "UpdateSecret", func(now time.Time, v *world.Vault) (*world.Secret, string, error) {
		x := v.Secret(key)
		if x == nil {
			return nil, "", missing(key)
		}
		next := x.Latest()
		next.Version, next.At, next.By = next.Version+1, now, q.who
		if _, ok := q.body["secretValue"].(string); ok {
			next.Value = trim(q.text("secretValue"))
		}
		if _, ok := q.body["secretComment"].(string); ok {
			x.Comment = q.text("secretComment")
		}
		x.Versions = append(x.Versions, next)
		return x, "version " + strconv.Itoa(next.Version), nil
	})
}

func (s *Server) create(q *request) (any, error) {
	key := q.r.PathValue("name")
	return s.change(q, "CreateSecret", func(now time.Time, v *world.Vault) (*world.Secret, string, error) {
		if v.Secret(key) != nil {
			return nil, "", &failure{400, "BadRequest", fmt.Sprintf("Secret already exist: %s", key)}
		}
		x := &world.Secret{ID: world.UUID(world.Draw(uint64(now.UnixNano()), key)), Key: key, CreatedAt: now, Comment: q.text("secretComment"),
			Versions: []world.SecretVersion{{Version: 1, Value: trim(q.text("secretValue")), At: now, By: q.who}}}
		v.Secrets = append(v.Secrets, x)
		slices.SortFunc(v.Secrets, func(a, b *world.Secret) int { return strings.Compare(a.Key, b.Key) })
		return x, "version 1", nil
	})
}

func (s *Server) remove(q *request) (any, error) {
	key := q.r.PathValue("name")
	return s.change(q, "DeleteSecret", func(_ time.Time, v *world.Vault) (*world.Secret, string, error) {
		x := v.Secret(key)
		if x == nil {
			return nil, "", missing(key)
		}
		v.Secrets = slices.DeleteFunc(v.Secrets, func(y *world.Secret) bool { return y.Key == key })
		return x, "", nil
	})
}
