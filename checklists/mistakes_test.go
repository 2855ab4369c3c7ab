package checklists

import (
	"os"
	"strings"
	"testing"
)

// mistake changes one thing in a real file, as it once was (testdata). want is the problem that must be said, place and all; where more than one follows
// from it, the others are not looked at.
type mistake struct{ file, old, new, want string }

var fileMistakes = []mistake{
	{"validate.md", "---\nid: validate", "id: validate", "validate.md:1:1: the front matter is missing; expected --- in the first line, keys, and a second line ---"},
	{"validate.md", "jaja-backend}\n---\n", "jaja-backend}\n", "validate.md:1:1: the front matter is never closed; expected a second line that is ---"},
	{"validate.md", "---\nid: validate", "\ufeff---\nid: validate", "validate.md:1:1: the file begins with a byte order mark; expected UTF-8 without one"},
	{"validate.md", "title: After a deployment\n", "title: After a deployment\r\n", "validate.md:3:26: a carriage return; expected lines that end in a line feed alone"},
	{"validate.md", "title: After a", "title: \xff a", "validate.md:3:8: the byte 0xff; expected UTF-8 without control characters"},
	{"validate.md", "people do as well", "people do\x00 as well", "validate.md:18:69: the byte 0x00; expected UTF-8 without control characters"},
	{"validate.md", "So look at", strings.Repeat("x", 2001), "validate.md:18:1: this line has 2068 bytes; expected at most 2000"},
	{"validate.md", "So look at", strings.Repeat("x\n", 131072), "validate.md:1:1: the file has 270134 bytes; expected at most 262144"},
	{"validate.md", "title: After", "titel: After", "validate.md:3:1: `titel` is no key of the front matter; expected id, title, group, covers, when_to_use, objective, requires, params, outputs or practice (`title`?)"},
	{"validate.md", "title: After a deployment\n", "", "validate.md:1:1: the front matter has no `title`; expected id, title and group"},
	{"validate.md", "id: validate\n", "id: validat\n", "validate.md:2:5: the id is `validat` and the file is validate.md; expected id: validate"},
	{"validate.md", "id: validate\n", "id: Validate\n", "validate.md:2:5: `Validate` is no id; expected small letters and digits, joined by -"},
	{"validate.md", "group: Validate", "group: Validation", "validate.md:4:8: `Validation` is no group; expected Prepare, Deploy, Validate, Roll back, Back up, Restore, Recover, Secrets or Troubleshoot"},
	{"validate.md", "group: Validate", "group: [Validate]", "validate.md:4:8: `group` is a list; expected a text"},
	{"validate.md", "group: Validate", "group: ~", "validate.md:4:8: nothing stands here; expected a plain or quoted text for `group`"},
	{"validate.md", "group: Validate", "group: &g Validate", "validate.md:4:8: an anchor (&); expected a plain or quoted text for `group`"},
	{"validate.md", "group: Validate", "group: *g", "validate.md:4:8: an alias (*); expected a plain or quoted text for `group`"},
	{"validate.md", "group: Validate", "group: !!str Validate", "validate.md:4:8: a tag (!); a text that begins with ! stands in quotes; expected a plain or quoted text for `group`"},
	{"validate.md", "group: Validate", "group: Validate\ngroup: Deploy", "validate.md:5:1: `group` stands here a second time; expected each key once"},
	{"validate.md", "group: Validate", "group: Validate\n<<: {a: b}", "validate.md:5:1: a merge key (<<); expected the keys themselves"},
	{"validate.md", "group: Validate", "group: Validate: Deploy", "validate.md:4:8: not YAML: mapping value is not allowed in this context; expected one key and its value a line"},
	{"validate.md", "requires: [lightsail, web, infisical]", "requires: [lightsale]", "validate.md:8:12: `lightsale` is no service that can be required; expected lightsail, infisical, web or github (`lightsail`?)"},
	{"validate.md", "requires: [lightsail, web, infisical]", "requires: lightsail", "validate.md:8:11: `requires` is a text; expected a list"},
	{"validate.md", "kind: service, required: true", "kind: servise, required: true", "validate.md:10:19: `servise` is no kind of value; expected text, int, bool, time, duration, service, image, database, snapshot, commit, revision, path, url or secret (`service`?)"},
	{"validate.md", "default: jaja-backend", "default: Jaja Backend", `validate.md:11:37: "Jaja Backend" is no service; expected something like jaja-backend`},
	{"validate.md", "default: jaja-backend", "required: true, default: jaja-backend", "validate.md:11:53: `backend` is required and has a default; expected one of the two"},
	{"validate.md", "  backend: {", "  Backend: {", "validate.md:11:3: `Backend` is no name of a variable; expected small letters, digits and _, beginning with a letter"},
	{"validate.md", "default: jaja-backend", "defalt: jaja-backend", "validate.md:11:28: `defalt` is no key of a parameter; expected kind, required, default or prompt (`default`?)"},
	{"validate.md", "{kind: service, default: jaja-backend, prompt", "{kind: bool, prompt", "validate.md:11:3: the optional bool `backend` has no default; expected a default, or required: true"},
	{"validate.md", "scenario: bad-deploy", "scenario: bad-deploi", "validate.md:14:13: `bad-deploi` is no scenario; expected bad-deploy or service-disabled (`bad-deploy`?)"},
	{"validate.md", "set: {service", "set: {servise", "validate.md:15:9: `servise` is no parameter; expected backend, frontend or service (`service`?)"},
	{"rollback-image.md", "rto: 5m", "rto: 5 minutes", "rollback-image.md:8:18: `rto` is \"5 minutes\"; expected a length of time such as 30s, 5m or 2h"},
	{"rollback-image.md", "rto: 5m, ", "", "rollback-image.md:8:12: the objective has no `rto`; expected rto: how long recovery may take"},
	{"rollback-image.md", "params:\n", "outputs: {coming: the version}\nparams:\n", ""},
	{"rollback-image.md", "practice:\n", "outputs: {deployed: the version}\npractice:\n", "rollback-image.md:13:11: the output `deployed` is no parameter, and no step before this saves it; expected coming, image, live_image, live_version, reason or service"},
}

var blockMistakes = []mistake{
	{"rollback-image.md", "{#live-wait}", "{#image}", "rollback-image.md:135:4: a second step `image`; expected an id of its own; the first stands in line 79"},
	{"rollback-image.md", "{#live-wait}", "{#Live}", "rollback-image.md:135:4: this heading ends in }, which readers of Markdown take in different ways; expected ## Title {#small-words} for a step, no } for a section"},
	{"rollback-image.md", "{#live-wait}", "{#live wait}", "rollback-image.md:135:4: this heading ends in }, which readers of Markdown take in different ways; expected ## Title {#small-words} for a step, no } for a section"},
	{"rollback-image.md", "{#live-wait}", "{#live-wait} ##", ""},
	{"rollback-image.md", "{#live-wait}", "", "rollback-image.md:141:4: a block `yaml step` below no step; expected a heading such as ## Look {#look} above it"},
	{"rollback-image.md", "## Who am I {#identity}", "# Who am I {#identity}", "rollback-image.md:27:3: the heading of a step is of another level; expected ## or ###"},
	{"rollback-image.md", "## Who am I {#identity}", "Who am I {#identity}\n---", "rollback-image.md:27:1: the heading of a step is of another level; expected ## or ###"},
	{"rollback-image.md", "## Who am I {#identity}", "> ## Who am I {#identity}", "rollback-image.md:27:6: a step's heading in a list or quotation; expected one that begins in the first column"},
	{"rollback-image.md", "## Who am I {#identity}", "    ## Who am I {#identity}", "rollback-image.md:27:1: an indented block or heading, which is read as code; expected one that begins in the first column"},
	{"rollback-image.md", "```yaml step\ncheck: containers.live", "```yaml\ncheck: containers.live", "rollback-image.md:39:4: the step `live` has no block; expected a block ```yaml step below its heading"},
	{"rollback-image.md", "```yaml step\ncheck: containers.live", "```yml step\ncheck: containers.live", "rollback-image.md:44:4: a block `yml step`; expected `yaml step`, `sh by-hand` or `sh by-hand=parse`, or one word for an illustration"},
	{"rollback-image.md", "```yaml step\ncheck: containers.live", "```yaml  step\ncheck: containers.live", "rollback-image.md:44:4: a block `yaml  step`; expected `yaml step`, `sh by-hand` or `sh by-hand=parse`, or one word for an illustration"},
	{"rollback-image.md", "```yaml step\ncheck: containers.live", " ```yaml step\ncheck: containers.live", "rollback-image.md:44:1: an indented block; expected one that begins in the first column"},
	{"rollback-image.md", "```yaml step\ncheck: identity.check\nfresh_for: 15m\n```", "~~~yaml step\ncheck: identity.check\nfresh_for: 15m\n~~~", "rollback-image.md:31:1: a block between ~~~; expected ```"},
	{"rollback-image.md", "```yaml step\ncheck: identity.check\nfresh_for: 15m\n```", "- ```yaml step\n  check: identity.check\n  ```", "rollback-image.md:31:1: a block in a list or quotation; expected one that begins in the first column"},
	{"rollback-image.md", "fresh_for: 15m\n```\n", "fresh_for: 15m\n", "rollback-image.md:31:1: this block is never closed: all that follows is taken for a part of it; expected a line ``` where it ends"},
	{"rollback-image.md", "evidence: note\ncovers: Rollback Verification\n```\n", "evidence: note\n", "rollback-image.md:172:1: this block is never closed: all that follows is taken for a part of it; expected a line ``` where it ends"},
	{"rollback-image.md", "```yaml step\ncheck: identity", "```yaml step\ntick: x\n```\n```yaml step\ncheck: identity", "rollback-image.md:34:4: a second block `yaml step` in the step `identity`; expected one"},
	{"rollback-image.md", "evidence: note\ncovers: Rollback Verification\n```\n", "evidence: note\n```\n```sh by-hand\ntrue\n```\n```sh by-hand\ntrue\n```\n", "rollback-image.md:179:4: a second block `sh by-hand` in the step `told`; expected one"},
	{"rollback-image.md", "```yaml step\ntick: The", "```sh by-hand\ntrue\n```\n```yaml step\ntick: The", "rollback-image.md:172:4: the block `sh by-hand` stands before the step's own; expected `yaml step` first"},
	{"rollback-image.md", "The quickest way back", "```yaml step\ntick: x\n```\n\nThe quickest way back", "rollback-image.md:17:4: a block `yaml step` below no step; expected a heading such as ## Look {#look} above it"},
	{"rollback-image.md", "check: identity.check", "check: identity.check\n# " + strings.Repeat("[", 8192), "rollback-image.md:33:1: this line has 8194 bytes; expected at most 2000"},
	{"rollback-image.md", "The quickest way back", "<div>\n\nThe quickest way back", "rollback-image.md:17:1: HTML, which is not shown and hides what follows; expected Markdown"},
	{"rollback-image.md", "The quickest way back", "The <b>quickest way back", "rollback-image.md:17:5: HTML, which is not shown; expected Markdown; `<` stands in `code`"},
	{"rollback-image.md", "The quickest way back", "The ${service} way back", "rollback-image.md:17:5: a reference to a variable in prose, which is shown as it stands; expected words, or the reference in `code`"},
	{"rollback-image.md", "check: identity.check\nfresh_for: 15m\n", "", "rollback-image.md:32:1: this block is empty; expected keys with their values"},
	{"rollback-image.md", "check: identity.check", "check: identity.check\n---\ncheck: identity.check", "rollback-image.md:33:1: a second document begins in this block; expected one"},
	{"rollback-image.md", "check: identity.check\nfresh_for: 15m", "- check", "rollback-image.md:32:1: this block is a list; expected keys with their values"},
	{"rollback-image.md", "  service: ${service}\n  image: ${image}", "  {service: ${service}}", `rollback-image.md:118:14: not YAML: ',' or '}' must be specified; expected one key and its value a line; inside { } a reference stands in quotes, "${name}"`},
}

var stepMistakes = []mistake{
	{"rollback-image.md", "choose: containers.images", "chose: containers.images", "rollback-image.md:85:1: `chose` is no kind of step; expected tick, ask, choose, check, do, wait, decide, follow or command (`choose`?)"},
	{"rollback-image.md", "check: identity.check\nfresh_for: 15m", "fresh_for: 15m", "rollback-image.md:32:1: no key here is a kind of step; expected tick, ask, choose, check, do, wait, decide, follow or command"},
	{"rollback-image.md", "check: identity.check", "check: identity.check\ntick: x", "rollback-image.md:33:1: `tick` is a second kind of step beside `check`; expected one kind a step"},
	{"rollback-image.md", "check: identity.check", "check: identity.chek", "rollback-image.md:32:8: there is no probe `identity.chek`; expected containers.activation, containers.keys, containers.live, containers.older-image, containers.running, containers.state, database.available, identity.check, logs.compare, logs.requests, logs.since, schedule.clear, schema.migration, secrets.fingerprint, secrets.present, urls.allowed, web.health or web.probes (`identity.check`?)"},
	{"rollback-image.md", "check: identity.check", "check: [identity.check]", "rollback-image.md:32:8: `check` is a list; expected a text"},
	{"rollback-image.md", "check: identity.check", "check: containers.images", "rollback-image.md:32:8: `containers.images` is not for `check`; expected it under `choose`"},
	{"rollback-image.md", "do: containers.deploy-image", "do: containers.deploy", "rollback-image.md:116:5: there is no operation `containers.deploy`; expected containers.deploy-image or containers.enable"},
	{"rollback-image.md", "do: containers.deploy-image", "do: containers.live", "rollback-image.md:116:5: `containers.live` is not for `do`; expected it under `check`, or containers.deploy-image or containers.enable"},
	{"rollback-image.md", "do: containers.deploy-image", "do: containers.deploy-image\nretry: {times: 2}", "rollback-image.md:117:1: `retry` on a do; expected `retry` on a check, a wait or a command: they only read; nothing is sent twice"},
	{"rollback-image.md", "do: containers.deploy-image", "do: containers.deploy-image\nrisk: reversible", "rollback-image.md:117:7: `risk` is lowered: `containers.deploy-image` is compensable; expected the same or a higher one"},
	{"rollback-image.md", "do: containers.deploy-image", "do: containers.deploy-image\nrisk: high", "rollback-image.md:117:7: `risk` is `high`; expected reversible, compensable or irreversible"},
	{"rollback-image.md", "do: containers.deploy-image", "do: containers.deploy-image\nfresh_for: 5m", "rollback-image.md:117:12: `fresh_for` on a do, which leaves no evidence; expected it on a tick, check, wait or command"},
	{"rollback-image.md", "do: containers.deploy-image", "do: containers.deploy-image\non_fail: note", "rollback-image.md:117:10: `on_fail` on a do; expected it on a choose, check, wait or command"},
	{"rollback-image.md", "do: containers.deploy-image", "do: containers.deploy-image\nuntil: true", "rollback-image.md:117:1: `until` is no key of a do; expected with, save, risk, when, covers, fresh_for, needs, undo or on_fail"},
	{"rollback-image.md", "  image: ${image}\n", "  imgae: ${image}\n", "rollback-image.md:119:3: `containers.deploy-image` takes no `imgae`; expected image or service (`image`?)"},
	{"rollback-image.md", "  image: ${image}\n", "", "rollback-image.md:116:5: `containers.deploy-image` is not given its `image`; expected with: {image: an image}"},
	{"rollback-image.md", "  image: ${image}\n", "  image: ${imgae}\n", "rollback-image.md:119:10: `${imgae}` is no parameter, and no step before this saves it; expected image, live_image, live_version, reason or service (`image`?)"},
	{"rollback-image.md", "  image: ${image}\n", "  image: ${service}\n", "rollback-image.md:119:10: `${service}` is a service; expected an image"},
	{"rollback-image.md", "  image: ${image}\n", "  image: x-${image}\n", "rollback-image.md:119:12: a reference within a text, where an image is due; expected one reference, or the image itself"},
	{"rollback-image.md", "  image: ${image}\n", "  image: backend.12\n", `rollback-image.md:119:10: "backend.12" is no image; expected something like :jaja-backend.backend.12`},
	{"rollback-image.md", "  image: ${image}\n", "  image: ${Image}\n", "rollback-image.md:119:10: `${` begins no reference here; expected ${name} with small letters, or $${ for the two characters"},
	{"rollback-image.md", "  image: ${image}\n", "  image: ${coming}\n", "rollback-image.md:119:10: `${coming}` is saved only by the step `deploy`, which comes later; expected a parameter, or what an earlier step saves"},
	{"rollback-image.md", "  image: ${image}\n", "  image:\n", "rollback-image.md:119:9: nothing stands here; expected a plain or quoted text for `image`"},
	{"rollback-image.md", "  coming: version", "  coming: versio", "rollback-image.md:121:11: `containers.deploy-image` has no output `versio`; expected image or version (`version`?)"},
	{"rollback-image.md", "  coming: version", "  image: version", "rollback-image.md:121:3: `image` is an image already and would become an int; expected another name"},
	{"rollback-image.md", "  coming: version", "  service: version", "rollback-image.md:121:3: `service` is a parameter that always has a value; expected another name; only an optional parameter without a default may be saved into"},
	{"rollback-image.md", "  coming: version", "  Coming: version", "rollback-image.md:121:3: `Coming` is no name of a variable; expected small letters, digits and _, beginning with a letter"},
	{"rollback-image.md", "needs: [identity, migration]", "needs: [identity, live-wait]", "rollback-image.md:122:19: `live-wait` is no step before this one; expected identity, live, migration, image or reason"},
	{"rollback-image.md", "needs: [identity, migration]", "needs: [identity, reason]", "rollback-image.md:122:19: `reason` is an ask, which leaves no evidence; expected a tick, check, wait or command"},
	{"rollback-image.md", "needs: [identity, migration]", "needs: identity", "rollback-image.md:122:8: `needs` is a text; expected a list"},
	{"rollback-image.md", "fresh_for: 15m", "fresh_for: soon", "rollback-image.md:33:12: `fresh_for` is \"soon\"; expected a length of time such as 30s, 5m or 2h"},
	{"rollback-image.md", "fresh_for: 15m", "fresh_for: 0s", "rollback-image.md:33:12: `fresh_for` is 0s; expected 1s to 720h"},
	{"rollback-image.md", "fresh_for: 15m", "needs: [live]", "rollback-image.md:33:8: `needs` on a check; expected it on a do or a decide"},
	{"rollback-image.md", "proves: [deploy]\n", "", "rollback-image.md:116:5: no later check or wait shows that `deploy` worked; expected one with proves: [deploy]"},
	{"rollback-image.md", "proves: [deploy]\n", "proves: [image]\n", "rollback-image.md:150:10: `image` is no do before this step; expected deploy"},
	{"rollback-image.md", "timeout: 12m\n", "", "rollback-image.md:142:7: the wait has no `timeout`; expected timeout: after how long it stops waiting"},
	{"rollback-image.md", "wait: containers.activation\n", "wait: containers.activation\nwhen: image != \"\"\n", "rollback-image.md:116:5: not on every way a later check or wait shows that `deploy` worked; expected proves: [deploy] with the same `when`"},
	{"rollback-image.md", `until: state == "ACTIVE" and`, `until: status == "ACTIVE" and`, "rollback-image.md:146:8: `status` is no variable, and the probe does not see it; expected coming, image, live_image, live_version, reason, service, state or version (`state`?)"},
	{"rollback-image.md", "follow: validate", "follow: valdate", "rollback-image.md:162:9: there is no procedure `valdate`; expected dr-container, pre-deploy, rollback-image, rollback or validate (`validate`?)"},
	{"rollback-image.md", "follow: validate", "follow: ${service}", "rollback-image.md:162:9: a reference to a variable, which is not filled in here; expected a text as it is; references stand in with, because, prompts and env"},
	{"rollback-image.md", "follow: validate", "follow: rollback-image", "rollback-image.md:162:9: this leads in a circle: rollback-image → rollback-image; expected a procedure that does not lead back here"},
	{"rollback-image.md", "follow: validate", "follow: rollback", "rollback-image.md:162:9: this leads in a circle: rollback-image → rollback → rollback-image; expected a procedure that does not lead back here"},
	{"rollback-image.md", "follow: validate\nwith:\n  service: ${service}", "follow: validate", "rollback-image.md:162:9: `validate` is not given its `service`; expected with: {service: a service}"},
	{"rollback-image.md", "follow: validate\nwith:\n  service", "follow: validate\nwith:\n  servise", "rollback-image.md:164:3: `validate` has no parameter `servise`; expected backend, frontend or service (`service`?)"},
	{"rollback-image.md", "follow: validate\n", "follow: validate\nsave: {x: y}\n", "rollback-image.md:163:11: `validate` has no output `y`; expected no `save`"},
	{"rollback-image.md", "evidence: note", "evidence: notes", "rollback-image.md:174:11: `evidence` is `notes`; expected none, note or link (`note`?)"},
	{"rollback-image.md", "tick: The team knows that ${service}", "tick: The team knows that ${servise}", "rollback-image.md:173:27: `${servise}` is no parameter, and no step before this saves it; expected coming, image, live_image, live_version, reason or service (`service`?)"},
	{"rollback-image.md", "covers: Rollback Verification", "covers: ${service}", "rollback-image.md:175:9: a reference to a variable, which is not filled in here; expected a text as it is; references stand in with, because, prompts and env"},
	{"rollback-image.md", "reason: {kind: text, prompt:", "reason: {kind: text, promt:", "rollback-image.md:103:24: `promt` is no key of a field; expected kind, prompt, options or default (`prompt`?)"},
	{"rollback-image.md", "fields:\n  reason: {kind: text, prompt: \"Reason, for example INC-88\"}", "evidence: note", "rollback-image.md:102:1: `evidence` is no key of an ask; expected fields, when, covers, fresh_for, needs, undo or on_fail"},
	{"pre-deploy.md", "command:\n  - git\n", "command:\n  - bash\n", "pre-deploy.md:31:5: `bash` would run whatever it is given; expected the program itself, with its arguments one by one"},
	{"pre-deploy.md", "when: checkout != \"\"\n", "", "pre-deploy.md:36:6: `${checkout}` may have no value here: the parameter is optional; expected a `default`, `required: true`, or a `when` such as checkout != \"\""},
	{"pre-deploy.md", "dir: ${checkout}", "dir: ${commit}", "pre-deploy.md:37:6: `${commit}` is a commit; expected a path"},
	{"validate.md", "timeout: 2m\non_fail: note", "timeout: 2m\non_fail: fact", "validate.md:125:10: `on_fail: fact` on a wait; expected it on a check, whose result a later decision reads"},
	{"validate.md", "retry: {times: 2, every: 5s}", "retry: {times: 0}", "validate.md:76:16: `times` is \"0\"; expected a whole number from 1 to 100"},
	{"validate.md", "retry: {times: 2, every: 5s}", "retry: {every: 5s}", "validate.md:76:8: `retry` has no `times`; expected times: how often to look again"},
	{"validate.md", "on_fail: note", "on_fail: ignore", "validate.md:31:10: `on_fail` is `ignore`; expected note or fact"},
}

var wayMistakes = []mistake{
	{"rollback.md", `when: method == "commit"` + "\nevidence: note\ncovers", `when: method == "comit"` + "\nevidence: note\ncovers", "rollback.md:172:17: `comit` is none of the options of `method`; expected commit, image, migration or none (`commit`?)"},
	{"rollback.md", `when: method in ["image", "migration"]`, `when: method == "image"`, ""},
	{"rollback.md", `when: method in ["image", "migration"]`, `when: method == "none"`, "rollback.md:250:7: this `when` can never hold here, so the step is never reached; expected a condition that some way through the procedure meets"},
	{"rollback.md", `when: method in ["image", "migration"]`, `when: method == "image" and method == "commit"`, "rollback.md:250:7: this `when` can never hold here, so the step is never reached; expected a condition that some way through the procedure meets"},
	{"rollback.md", `when: method in ["commit", "migration"]`, `when: method == "commit"`, "rollback.md:237:22: ${bad_commit} may have no value here: the step `bad` saves it, and does not always come first; expected a `when` that holds only after it was saved"},
	{"rollback.md", "save:\n  method: option\n", "", "rollback.md:121:9: the decide keeps its answer nowhere; expected save: {name: option}, and a later `when` for each option"},
	{"rollback.md", "save:\n  method: option\n", "save:\n  method: choice\n", "rollback.md:124:11: a decide has no output `choice`; expected option"},
	{"rollback.md", "  - id: none", "  - id: image", "rollback.md:142:9: a second option `image`; expected an id of its own"},
	{"rollback.md", "    ends: true\n", "", "rollback.md:142:9: no later `when` is met by the option `none`; expected a step for it, or ends: true"},
	{"rollback.md", "    label: by commit, about 11 min; builds again\n", "", "rollback.md:132:9: the option `commit` has no `label`; expected label: what the operator reads"},
	{"rollback.md", "    because: no older image is left, so", "    becase: no older image is left, so", "rollback.md:135:5: `becase` is no key of an option; expected id, label, recommend, because, unless, unless_because or ends (`because`?)"},
	{"rollback.md", "    recommend: not older\n", "    recommend: !older\n", "rollback.md:134:16: a tag (!); a text that begins with ! stands in quotes; expected a plain or quoted text for `recommend`"},
	{"rollback.md", "    recommend: not older\n", "    recommend: not oldr\n", "rollback.md:134:20: `oldr` is no parameter, and no step before this saves it; expected before, image, known, migrated, older, rate, revision, service, version or worse (`older`?)"},
	{"rollback.md", "    recommend: not older\n", "    recommend: not version\n", "rollback.md:134:16: `not` before a number; expected true or false"},
	{"rollback.md", "    recommend: not older\n", "    recommend: version == \"13\"\n", "rollback.md:134:24: `==` between a number and a text; expected two of a kind"},
	{"rollback.md", "    recommend: not older\n", "    recommend: version\n", "rollback.md:134:16: the condition is a number; expected true or false"},
	{"rollback.md", "    recommend: not older\n", "    recommend: not older &\n", `rollback.md:134:26: this cannot be read as a condition; expected comparisons such as way == "image", joined by and, or, not`},
	{"rollback.md", "    recommend: not older\n", "    recommend: ${older}\n", "rollback.md:134:16: ${ } in a condition; expected the bare name of the variable"},
	{"rollback.md", "    recommend: not older\n", "    recommend: $env[\"older\"] == \"x\"\n", "rollback.md:134:20: more than a condition needs; expected comparisons joined by and, or, not"},
	{"rollback.md", "    recommend: not older\n", "    recommend: let x = older; x\n", "rollback.md:134:20: `let` in a condition; expected comparisons joined by and, or, not"},
	{"rollback.md", "    recommend: not older\n", "    recommend: older == nil\n", "rollback.md:134:25: `nil` in a condition; expected comparisons joined by and, or, not"},
	{"rollback.md", "    recommend: not older\n", "    recommend: now() == older\n", "rollback.md:134:16: `now` in a condition; expected comparisons joined by and, or, not"},
	{"rollback.md", "    recommend: not older\n", "    recommend: 1..1000000 == older\n", "rollback.md:134:17: `..` in a condition; expected comparisons joined by and, or, not"},
	{"rollback.md", "    recommend: not older\n", "    recommend: image matches \"a+\"\n", "rollback.md:134:22: `matches` in a condition; expected comparisons joined by and, or, not"},
	{"rollback.md", "    recommend: not older\n", "    recommend: method == \"image\"\n", "rollback.md:134:16: `method` is saved only by the step `method`, which comes later; expected a parameter, or what an earlier step saves"},
	{"rollback.md", "on_fail: fact\nsave:\n  older", "on_fail: note\nsave:\n  older", "rollback.md:128:16: `older` may have no value here: the step `older` may fail and the run goes on (on_fail: note); expected a step that holds the run"},
	{"rollback.md", "needs: [live, errors, older, schema]", "needs: [live, method]", "rollback.md:122:15: `method` is no step before this one; expected live, errors, older or schema"},
	{"rollback.md", "check: containers.older-image\n", "check: containers.older-image\nwhen: worse\n", "rollback.md:123:23: `older` does not always come before this step; expected a step that does, or the same `when`"},
	{"dr-container.md", "wait: containers.running\nwhen: disabled", "wait: containers.running\nwhen: not disabled", "dr-container.md:60:5: not on every way a later check or wait shows that `enable` worked; expected proves: [enable] with the same `when`"},
	{"dr-container.md", "wait: containers.running\nwhen: disabled", "wait: containers.running\nwhen: disabled and deployed", "dr-container.md:60:5: not on every way a later check or wait shows that `enable` worked; expected proves: [enable] with the same `when`"},
	{"dr-container.md", `until: state == "RUNNING"`, `until: service_state == "RUNNING" and state == 1`, "dr-container.md:78:45: `==` between a text and a number; expected two of a kind"},
	{"dr-container.md", "  service_state: state", "  state: state", "dr-container.md:78:8: `state` is a variable and also what the probe sees; expected another name for the variable"},
	{"dr-container.md", "check: web.health\nwhen: not disabled\n", "check: web.health\nwhen: disabled\n", "dr-container.md:114:69: `code` may have no value here: the step `health` saves it, and does not always come first; expected a `when` that holds only after it was saved"},
	{"dr-container.md", "  image: ${image}", "  image: ${code}", "dr-container.md:136:10: `${code}` is an int; expected an image"},
}

var handMistakes = []mistake{
	{"rollback-image.md", "```sh by-hand\naws sts get-caller-identity --query '[Account, Arn]' --output text\n```\n", "", "rollback-image.md:31:4: the step `identity` does not say how it is done by hand; expected a block ```sh by-hand after it"},
	{"rollback-image.md", `--arg image "${image}"`, `--arg image "${imago}"`, "rollback-image.md:128:19: ${imago} is no parameter, and no step before this saves it; expected image, live_image, live_version, reason or service (`image`?)"},
	{"rollback-image.md", `--arg image "${image}"`, `--arg image "${coming}"`, "rollback-image.md:128:19: ${coming} is saved only by the step `deploy`, which comes later; expected a parameter, or what an earlier step saves"},
	{"rollback-image.md", `--arg image "${image}"`, `--arg image ${image}`, `rollback-image.md:128:18: ${image} outside double quotes; expected "${image}"`},
	{"rollback-image.md", `--arg image "${image}"`, `--arg image '${image}'`, "rollback-image.md:128:18: ${ } between single quotes stays as it is; expected double quotes; JSON is built with jq --arg"},
	{"rollback-image.md", `--arg image "${image}"`, `--arg image "$image"`, ""},
	{"rollback-image.md", `--arg image "${image}"`, `--arg image "${IMAGE}"`, ""},
	{"rollback-image.md", `--arg image "${image}"`, `--arg image "${Image}"`, "rollback-image.md:128:19: ${Image} is neither a variable nor of the environment; expected small letters for a variable, capitals for the operator's environment"},
	{"rollback-image.md", `--arg image "${image}"`, `--arg image "${image`, "rollback-image.md:128:27: not sh: not a valid parameter expansion operator: '; expected commands that any sh takes"},
	{"rollback-image.md", `--arg image "${image}"`, `... "${image}"`, "rollback-image.md:128:6: a placeholder; expected a command that can be run as it stands"},
	{"rollback-image.md", "aws sts get-caller-identity --query '[Account, Arn]' --output text", "# nothing", "rollback-image.md:36:1: this block holds no command; expected what to type"},
	{"rollback-image.md", "aws sts get-caller-identity --query '[Account, Arn]' --output text", "a=(1 2)", "rollback-image.md:36:3: not sh: arrays: not for every shell; expected commands that any sh takes"},
	{"rollback-image.md", "aws sts get-caller-identity --query '[Account, Arn]' --output text", "cat <(true)", "rollback-image.md:36:5: not sh: < must be followed by a word; expected commands that any sh takes"},
}

func TestMistakes(t *testing.T) {
	lib := Dir("testdata", catalogue)
	for group, cases := range map[string][]mistake{"file": fileMistakes, "block": blockMistakes, "step": stepMistakes, "way": wayMistakes, "hand": handMistakes} {
		t.Run(group, func(t *testing.T) {
			for _, c := range cases {
				src, err := os.ReadFile("testdata/" + c.file)
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(string(src), c.old) {
					t.Errorf("%s does not contain %q", c.file, c.old)
					continue
				}
				got := Lint(c.file, []byte(strings.Replace(string(src), c.old, c.new, 1)), catalogue, lib)
				if said := Problems(got).Error(); !slicesHas(got, c.want) && (c.want != "" || said != "") {
					t.Errorf("%.60q for %.60q in %s:\n got %s\nwant %s", c.new, c.old, c.file, said, c.want)
				}
			}
		})
	}
}

func slicesHas(ps []*Problem, want string) bool {
	for _, p := range ps {
		if p.String() == want {
			return true
		}
	}
	return false
}
