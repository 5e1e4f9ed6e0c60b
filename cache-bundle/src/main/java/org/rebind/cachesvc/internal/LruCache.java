package org.rebind.cachesvc.internal;

import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.rebind.ArgumentException;
import org.rebind.cache.Cache;
import org.rebind.cache.CacheLimits;
import org.rebind.cache.CacheStatistics;
import org.rebind.cache.Lease;

/**
 * A bounded LRU cache. A use stamps its entry from a clock that is read and written without atomic steps: exact for
 * one thread, and a lost tick under contention only blurs which of two recent entries is the older. The victim is found
 * by looking at all entries, which costs microseconds where what was just filled took milliseconds.
 */
final class LruCache<K, V extends AutoCloseable> implements Cache<K, V> {
    private static final System.Logger LOG = System.getLogger(LruCache.class.getName());
    private static final VarHandle CLOCK;

    static {
        try {
            CLOCK = MethodHandles.lookup().findVarHandle(LruCache.class, "clock", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private final CacheLimits<V> limits;
    private final ConcurrentHashMap<K, Entry<K, V>> entries = new ConcurrentHashMap<>();
    private final Object lock = new Object(); // guards what is in the map and size and bytes, together
    private int size;
    private long bytes;
    @SuppressWarnings("unused") // by CLOCK
    private long clock;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder fills = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder evictions = new LongAdder();
    private final LongAdder closed = new LongAdder();
    private final LongAdder fillNanos = new LongAdder();

    LruCache(String name, CacheLimits<V> limits) {
        this.name = Objects.requireNonNull(name, "name");
        this.limits = Objects.requireNonNull(limits, "limits");
    }

    @Override
    public Lease<V> find(K key) {
        Entry<K, V> e = entries.get(key);
        Lease<V> lease = e == null ? null : use(e);
        (lease == null ? misses : hits).increment();
        return lease;
    }

    private Lease<V> use(Entry<K, V> e) {
        Lease<V> lease = e.lease();
        if (lease != null) {
            long now = (long) CLOCK.getOpaque(this);
            if (e.stamp != now) { // else it is the last one used already
                touch(e);
            }
        }
        return lease;
    }

    private void touch(Entry<K, V> e) {
        long now = (long) CLOCK.getOpaque(this) + 1;
        CLOCK.setOpaque(this, now);
        e.stamp = now;
    }

    @Override
    public Lease<V> acquire(K key, Filler<? super K, ? extends V> filler) throws Exception {
        while (true) {
            Entry<K, V> e = entries.get(key);
            if (e == null) {
                Entry<K, V> mine = new Entry<>(key, this);
                e = entries.putIfAbsent(key, mine);
                if (e == null) {
                    misses.increment();
                    return fill(mine, filler);
                }
            }
            Lease<V> lease = use(e);
            if (lease != null) {
                hits.increment();
                return lease;
            }
            awaitFilling(e);
        }
    }

    private void awaitFilling(Entry<K, V> e) throws InterruptedException {
        if (e.isFilledByThisThread()) {
            throw new IllegalStateException("cache '" + name + "': the filler of key '" + e.key + "' asks for that key");
        }
        e.await();
    }

    private Lease<V> fill(Entry<K, V> mine, Filler<? super K, ? extends V> filler) throws Exception {
        long start = System.nanoTime();
        try {
            V value = Objects.requireNonNull(filler.fill(mine.key), "value made by the filler");
            return publish(mine, value, weigh(value));
        } catch (Throwable t) {
            failures.increment();
            entries.remove(mine.key, mine); // not counted yet
            throw t;
        } finally {
            fillNanos.add(System.nanoTime() - start);
            mine.endFilling();
        }
    }

    private long weigh(V value) {
        try {
            long weight = limits.weigher().applyAsLong(value);
            if (weight < 0) {
                throw new ArgumentException("weigher of cache '" + name + "': expected at least 0, got " + weight);
            }
            return weight;
        } catch (Throwable t) {
            fills.increment();
            close(null, value);
            throw t;
        }
    }

    private Lease<V> publish(Entry<K, V> mine, V value, long weight) {
        List<Entry<K, V>> retired = new ArrayList<>();
        Lease<V> lease;
        fills.increment();
        synchronized (lock) {
            mine.fill(value);
            lease = mine.lease();
            touch(mine);
            if (entries.get(mine.key) != mine) {
                retired.add(mine); // removed while it was filled: lives as long as its first lease
            } else if (weight > limits.maxBytes()) {
                evictions.increment();
                entries.remove(mine.key, mine);
                retired.add(mine);
            } else {
                while (size >= limits.maxEntries() || bytes > limits.maxBytes() - weight) {
                    evictions.increment();
                    retired.add(evict());
                }
                mine.weight = weight;
                mine.counted = true;
                size++;
                bytes += weight;
            }
        }
        retired.forEach(Entry::retire);
        return lease;
    }

    /** Takes the least recently used entry out. Lock held; the bounds are exceeded, so there is one. */
    private Entry<K, V> evict() {
        Entry<K, V> oldest = null;
        for (Entry<K, V> e : entries.values()) {
            if (e.counted && (oldest == null || e.stamp < oldest.stamp)) {
                oldest = e;
            }
        }
        uncount(oldest);
        entries.remove(oldest.key, oldest);
        return oldest;
    }

    private void uncount(Entry<K, V> e) {
        e.counted = false;
        size--;
        bytes -= e.weight;
    }

    @Override
    public boolean remove(K key) {
        Entry<K, V> e = entries.get(key);
        return e != null && remove(e);
    }

    private boolean remove(Entry<K, V> e) {
        boolean filled;
        synchronized (lock) {
            if (!entries.remove(e.key, e)) {
                return false;
            }
            filled = e.counted;
            if (filled) {
                uncount(e);
            }
        }
        if (filled) {
            e.retire();
        } // else its filler finds it gone, and retires it
        return true;
    }

    @Override
    public int removeIf(Predicate<? super K> condition) {
        int removed = 0;
        for (Entry<K, V> e : entries.values()) {
            if (condition.test(e.key) && remove(e)) {
                removed++;
            }
        }
        return removed;
    }

    @Override
    public void clear() {
        removeIf(k -> true);
    }

    @Override
    public int size() {
        synchronized (lock) {
            return size;
        }
    }

    @Override
    public Collection<K> keys() {
        record Used<K>(K key, long stamp) {
        }
        return entries.values().stream().filter(Entry::isFilled).map(e -> new Used<>(e.key, e.stamp))
                .sorted(Comparator.comparingLong(Used::stamp)).map(Used::key).toList();
    }

    @Override
    public CacheStatistics statistics() {
        int sizeNow;
        long bytesNow;
        synchronized (lock) {
            sizeNow = size;
            bytesNow = bytes;
        }
        return new CacheStatistics(hits.sum(), misses.sum(), fills.sum(), failures.sum(), evictions.sum(),
                closed.sum(), fillNanos.sum(), sizeNow, bytesNow);
    }

    /** Closes a value whose leases have ended. A failing close is logged: whoever ended the last lease is not to blame. */
    void close(K key, V value) {
        closed.increment();
        try {
            value.close();
        } catch (Exception | LinkageError e) {
            LOG.log(Level.WARNING, "cache ''{0}'': closing the value of {1} failed: {2}", name, String.valueOf(key),
                    e.toString());
        }
    }

    @Override
    public String toString() {
        return "cache '" + name + "' of " + size() + " entries";
    }
}
