package engine

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// policy is what becomes of a machine field that holds a secret.
type policy int

const (
	refuse  policy = iota // the event is not written: nothing has been sent yet
	replace               // the field becomes mark: what happened must be recorded all the same
)

// mark stands for a machine field that held a secret.
const mark = "[masked]"

// scrub cleans what v holds, in place. v is settable and nothing else refers to it. at is its place, for the message.
type scrub func(v reflect.Value, at string, c *cleaner) error

type cleaner struct {
	steps.Masker
	policy
}

// scrubs caches the scrub of each body type: walking types by reflection is done once.
var scrubs sync.Map // reflect.Type → scrub

// clean gives body with its prose masked and its machine fields free of secrets. body itself is left as it is.
func (e *Engine) clean(body any, p policy) (any, error) {
	if e.cfg.Masker == nil {
		return body, nil
	}
	t := reflect.TypeOf(body)
	do, ok := scrubs.Load(t)
	if !ok {
		do, _ = scrubs.LoadOrStore(t, compile(t, false))
	}
	v := reflect.New(t).Elem()
	v.Set(reflect.ValueOf(body))
	if s := do.(scrub); s != nil {
		if err := s(v, steps.TypeOf(body), &cleaner{e.cfg.Masker, p}); err != nil {
			return nil, err
		}
	}
	return v.Interface(), nil
}

var (
	stringType = reflect.TypeFor[string]()
	timeType   = reflect.TypeFor[time.Time]()
)

// compile makes the scrub of a type, nil where it holds no text. Named text types (states, codes, forms, paths) are closed
// vocabularies of this program and of reviewed files: they are left alone.
func compile(t reflect.Type, prose bool) scrub {
	switch t.Kind() {
	case reflect.String:
		switch {
		case t != stringType:
			return nil
		case prose:
			return func(v reflect.Value, _ string, c *cleaner) error {
				v.SetString(c.Mask(v.String()))
				return nil
			}
		}
		return machine
	case reflect.Struct:
		if t == timeType {
			return nil
		}
		return compileStruct(t, prose)
	case reflect.Slice:
		return compileSlice(t, prose)
	case reflect.Map:
		return compileMap(t, prose)
	case reflect.Pointer:
		elem := compile(t.Elem(), prose)
		if elem == nil {
			return nil
		}
		return func(v reflect.Value, at string, c *cleaner) error {
			if v.IsNil() {
				return nil
			}
			own := reflect.New(t.Elem())
			own.Elem().Set(v.Elem())
			v.Set(own)
			return elem(own.Elem(), at, c)
		}
	}
	return nil
}

// machine guards one text that the program itself reads again.
func machine(v reflect.Value, at string, c *cleaner) error {
	if !c.Holds(v.String()) {
		return nil
	}
	if c.policy == replace {
		v.SetString(mark)
		return nil
	}
	return &steps.Error{Code: steps.CodeJournal, What: fmt.Sprintf("The field %s holds a secret, so it was not recorded.", at),
		Meaning: "nothing was sent.", Next: "Use a reference to where the secret is kept, or another value."}
}

func compileStruct(t reflect.Type, prose bool) scrub {
	type field struct {
		index int
		name  string
		do    scrub
	}
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		if do := compile(f.Type, prose || f.Tag.Get("mask") == "prose"); do != nil {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" {
				name = f.Name
			}
			fields = append(fields, field{i, name, do})
		}
	}
	if fields == nil {
		return nil
	}
	return func(v reflect.Value, at string, c *cleaner) error {
		for _, f := range fields {
			if err := f.do(v.Field(f.index), at+"."+f.name, c); err != nil {
				return err
			}
		}
		return nil
	}
}

func compileSlice(t reflect.Type, prose bool) scrub {
	elem := compile(t.Elem(), prose)
	if elem == nil {
		return nil
	}
	return func(v reflect.Value, at string, c *cleaner) error {
		if v.IsNil() {
			return nil
		}
		own := reflect.MakeSlice(t, v.Len(), v.Len())
		reflect.Copy(own, v)
		v.Set(own)
		for i := range own.Len() {
			if err := elem(own.Index(i), fmt.Sprintf("%s[%d]", at, i), c); err != nil {
				return err
			}
		}
		return nil
	}
}

func compileMap(t reflect.Type, prose bool) scrub {
	key, elem := compile(t.Key(), prose), compile(t.Elem(), prose)
	if key == nil && elem == nil {
		return nil
	}
	return func(v reflect.Value, at string, c *cleaner) error {
		if v.IsNil() {
			return nil
		}
		own := reflect.MakeMapWithSize(t, v.Len())
		for it := v.MapRange(); it.Next(); {
			k, x := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
			k.Set(it.Key())
			x.Set(it.Value())
			if key != nil {
				if err := key(k, at+" (a name)", c); err != nil {
					return err
				}
			}
			if elem != nil {
				if err := elem(x, fmt.Sprintf("%s[%v]", at, k), c); err != nil {
					return err
				}
			}
			own.SetMapIndex(k, x)
		}
		v.Set(own)
		return nil
	}
}
