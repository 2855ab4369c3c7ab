package logs

// queue is a list that grows at one end and shrinks at the other. Places are numbered from 1 and keep their number.
type queue[T any] struct {
	items []T
	head  int    // items before it are gone
	from  uint64 // number of the first item; 1 at the beginning
}

func (q *queue[T]) len() int { return len(q.items) - q.head }

// push appends and gives the number.
func (q *queue[T]) push(v T) uint64 {
	q.items = append(q.items, v)
	return q.from + uint64(q.len()) - 1
}

func (q *queue[T]) has(n uint64) bool { return n >= q.from && n < q.from+uint64(q.len()) }

func (q *queue[T]) at(n uint64) *T { return &q.items[q.head+int(n-q.from)] }

// pop takes the first item out. Room is given back once more than half of it is unused, so that the cost stays constant.
func (q *queue[T]) pop() T {
	var none T
	v := q.items[q.head]
	q.items[q.head] = none
	q.head++
	q.from++
	if q.head > 1024 && q.head > len(q.items)/2 {
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	return v
}
