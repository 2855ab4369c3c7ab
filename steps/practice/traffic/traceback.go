package traffic

import (
	"strings"
	"sync"

	"github.com/JustAJobApp/runbook/steps/practice/world"
)

const lib = `/usr/local/lib/python3.11/site-packages/`

// frames are the way of a request through the libraries, outermost first: file, line, function, text.
var frames = [][4]string{
	{lib + "uvicorn/protocols/http/h11_impl.py", "403", "run_asgi", "result = await app(  # type: ignore[func-returns-value]"},
	{lib + "uvicorn/middleware/proxy_headers.py", "60", "__call__", "return await self.app(scope, receive, send)"},
	{lib + "fastapi/applications.py", "1054", "__call__", "await super().__call__(scope, receive, send)"},
	{lib + "starlette/applications.py", "112", "__call__", "await self.middleware_stack(scope, receive, send)"},
	{lib + "starlette/middleware/errors.py", "187", "__call__", "raise exc"},
	{lib + "starlette/middleware/errors.py", "165", "__call__", "await self.app(scope, receive, _send)"},
	{lib + "starlette/middleware/base.py", "183", "__call__", "raise app_exc"},
	{lib + "starlette/middleware/base.py", "141", "coro", "await self.app(scope, receive_or_disconnect, send_no_error)"},
	{lib + "starlette/middleware/cors.py", "85", "__call__", "await self.app(scope, receive, send)"},
	{lib + "starlette/middleware/sessions.py", "85", "__call__", "await self.app(scope, receive, send_wrapper)"},
	{lib + "starlette/middleware/exceptions.py", "62", "__call__", "await wrap_app_handling_exceptions(self.app, conn)(scope, receive, send)"},
	{lib + "starlette/_exception_handler.py", "53", "wrapped_app", "raise exc"},
	{lib + "starlette/_exception_handler.py", "42", "wrapped_app", "await app(scope, receive, sender)"},
	{lib + "starlette/routing.py", "715", "__call__", "await self.middleware_stack(scope, receive, send)"},
	{lib + "starlette/routing.py", "288", "handle", "await self.app(scope, receive, send)"},
	{lib + "starlette/routing.py", "73", "app", "response = await f(request)"},
	{lib + "fastapi/routing.py", "301", "app", "raw_response = await run_endpoint_function("},
	{lib + "fastapi/routing.py", "214", "run_endpoint_function", "return await run_in_threadpool(dependant.call, **values)"},
	{lib + "anyio/_backends/_asyncio.py", "967", "run", "result = context.run(func, *args)"},
}

// ours are the last frames, in the application's own code, by route.
var ours = map[string][][4]string{
	"/get-emails": {
		{"/app/routes/email_routes.py", "147", "query_emails", "tier = current_sync_tier(user)"},
		{"/app/utils/sync_utils.py", "38", "current_sync_tier", `return SYNC_TIERS[user.settings["sync_tier"]]`},
	},
	"/me": {
		{"/app/routes/users_routes.py", "61", "me", "profile = user_profile(user)"},
		{"/app/utils/sync_utils.py", "38", "current_sync_tier", `return SYNC_TIERS[user.settings["sync_tier"]]`},
	},
}

var tracebacks sync.Map // world.Bug → []string

// traceback is what uvicorn prints after a request that raised.
func traceback(b world.Bug) []string {
	if t, ok := tracebacks.Load(b); ok {
		return t.([]string)
	}
	out := []string{"ERROR:    Exception in ASGI application", "Traceback (most recent call last):"}
	last, ok := ours[b.Route]
	if !ok {
		last = [][4]string{{"/app/routes" + strings.ReplaceAll(b.Route, "-", "_") + "_routes.py", "52", "handler", "result = load(request)"}}
	}
	for _, list := range [][][4]string{frames, last} {
		for _, f := range list {
			out = append(out, `  File "`+f[0]+`", line `+f[1]+`, in `+f[2], "    "+f[3])
		}
	}
	out = append(out, b.Error)
	tracebacks.Store(b, out)
	return out
}
