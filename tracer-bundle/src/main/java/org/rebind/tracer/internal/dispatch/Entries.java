package org.rebind.tracer.internal.dispatch;

import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.rebind.tracer.internal.tensor.ConcreteTensor;

/**
 * The entries of one function: lookup without a lock, least recently used eviction. Exact while one thread calls; never
 * more than the bound. Each stripe of threads remembers the entry it used last, and marks an entry as used when that changes
 * (or the mark is old): calls of several threads write to no common place.
 */
final class Entries {
    private static final int LINE = 32; // references, two cache lines at least
    private static final long OLD = 1_000_000; // nanoseconds

    private final int most;
    private final AtomicReferenceArray<Entry> last = new AtomicReferenceArray<>((Uses.STRIPES + 1) * LINE);
    private final Object change = new Object(); // one change of the table at a time; nothing runs under it
    private volatile Table table = Table.EMPTY;
    private volatile int generation;

    Entries(int most) {
        this.most = most;
    }

    /** A stripe's place, apart from the array's length, which every access reads. */
    private static int place(int stripe) {
        return (stripe + 1) * LINE;
    }

    /** The entry this thread (or one of its stripe) used last; null if there is none. */
    Entry last() {
        return last.get(place(Uses.stripe()));
    }

    /** An entry serves a call. @param now {@link Uses#time} */
    void used(Entry e, int stripe, long now) {
        Entry before = last.get(place(stripe));
        if (before == e) {
            if (now - e.uses.marked(stripe) > OLD) { // other threads use others meanwhile
                e.uses.mark(stripe, now);
            }
            return;
        }
        e.uses.mark(stripe, before == null ? now : Math.max(now, before.uses.marked(stripe) + 1)); // clocks are coarse
        last.set(place(stripe), e);
        if (e.dead) { // evicted meanwhile, and whoever did that may have looked here before
            last.compareAndSet(place(stripe), e, null);
        }
    }

    /**
     * The entry that serves these arguments, its values with the inputs in place, and the numbers of its symbols; null if there is none.
     *
     * @param hash of the arguments
     */
    Found find(int hash, Object[] args) {
        Table t = table;
        int i = t.first(hash);
        for (Entry e = t.at(i, hash); e != null; e = t.at(++i, hash)) {
            ConcreteTensor[] values = e.values();
            if (e.takeAll(args, values)) {
                long[] numbers = e.sizes(values);
                if (numbers != null) {
                    return new Found(e, values, numbers);
                }
            }
        }
        return null;
    }

    /** What a lookup found. */
    record Found(Entry entry, ConcreteTensor[] values, long[] numbers) {
    }

    int size() {
        return table.size();
    }

    /** Changes whenever all entries are dropped. */
    int generation() {
        return generation;
    }

    /** Least recently used first. */
    List<Entry> list() {
        return table.byUse();
    }

    /**
     * Adds an entry as the most recently used one and evicts what is too much.
     *
     * @param since the generation when compiling it began; if entries were dropped since, it is not added
     * @return whether it was added
     */
    boolean add(Entry entry, int since) {
        List<Entry> evicted;
        synchronized (change) {
            if (since != generation) {
                return false;
            }
            List<Entry> old = table.byUse();
            evicted = List.copyOf(old.subList(0, Math.max(0, old.size() + 1 - most)));
            Table t = table;
            for (Entry e : evicted) {
                e.dead = true;
                t = t.without(e);
            }
            table = t.with(entry);
            used(entry, Uses.stripe(), Uses.time(System.nanoTime()));
            evicted.forEach(this::forget);
        }
        evicted.forEach(Entries::close);
        return true;
    }

    void remove(Entry entry) {
        synchronized (change) {
            entry.dead = true;
            table = table.without(entry);
            forget(entry);
        }
        close(entry);
    }

    void clear() {
        List<Entry> all;
        synchronized (change) {
            all = table.byUse();
            all.forEach(e -> e.dead = true);
            table = Table.EMPTY;
            generation++;
            all.forEach(this::forget);
        }
        all.forEach(Entries::close);
    }

    /** Called when the entry is marked dead. */
    private void forget(Entry e) {
        for (int i = 0; i < Uses.STRIPES; i++) {
            last.compareAndSet(place(i), e, null);
        }
    }

    private static void close(Entry e) {
        if (e.bound != null) {
            e.bound.close();
        }
    }
}
