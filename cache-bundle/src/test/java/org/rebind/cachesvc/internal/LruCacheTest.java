package org.rebind.cachesvc.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rebind.ArgumentException;
import org.rebind.cache.Cache;
import org.rebind.cache.CacheLimits;
import org.rebind.cache.CacheService;
import org.rebind.cache.Lease;

@Timeout(120)
class LruCacheTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private static Cache<Integer, Value> cache(int entries) {
        return new LruCacheService().create("test", CacheLimits.entries(entries));
    }

    private static Value use(Cache<Integer, Value> cache, int key) throws Exception {
        try (Lease<Value> lease = cache.acquire(key, Value::new)) {
            return lease.value();
        }
    }

    @Test
    void theServiceLoaderFindsIt() {
        assertTrue(ServiceLoader.load(CacheService.class).findFirst().orElseThrow() instanceof LruCacheService);
    }

    @Test
    void fillsOnceAndHits() throws Exception {
        Cache<Integer, Value> c = cache(4);
        assertNull(c.find(1));
        Value v = use(c, 1);
        assertSame(v, use(c, 1));
        try (Lease<Value> found = c.find(1)) {
            assertSame(v, found.value());
        }
        var s = c.statistics();
        assertEquals(List.of(2L, 2L, 1L, 0L, 0L, 0L),
                List.of(s.hits(), s.misses(), s.fills(), s.failures(), s.evictions(), s.closed()));
        assertFalse(v.isClosed());
    }

    @Test
    void evictsTheLeastRecentlyUsed() throws Exception {
        Cache<Integer, Value> c = cache(2);
        Value one = use(c, 1);
        Value two = use(c, 2);
        use(c, 1);
        use(c, 3);
        assertEquals(List.of(1, 3), List.copyOf(c.keys()));
        assertEquals(1, two.closes.get());
        assertFalse(one.isClosed());
        assertEquals(1, c.statistics().evictions());
    }

    @Test
    void boundsBytesAndDoesNotKeepWhatIsTooHeavy() throws Exception {
        Cache<Integer, Value> c = new LruCacheService().create("bytes", new CacheLimits<>(100, 10, v -> v.key));
        Value four = use(c, 4);
        Value five = use(c, 5);
        assertEquals(9, c.statistics().bytes());
        use(c, 6);
        assertTrue(four.isClosed() && five.isClosed());
        assertEquals(6, c.statistics().bytes());
        Lease<Value> heavy = c.acquire(11, Value::new);
        assertFalse(heavy.value().isClosed());
        Value h = heavy.value();
        heavy.close();
        assertTrue(h.isClosed());
        assertEquals(List.of(6), List.copyOf(c.keys()));
    }

    @Test
    void anEvictedValueLivesAsLongAsItsLeases() throws Exception {
        Cache<Integer, Value> c = cache(1);
        Lease<Value> a = c.acquire(1, Value::new);
        Lease<Value> b = c.find(1);
        Value v = a.value();
        use(c, 2);
        a.close();
        a.close(); // a second close must not stand for the other lease
        assertFalse(v.isClosed());
        b.close();
        b.close();
        assertEquals(1, v.closes.get());
        assertThrows(IllegalStateException.class, b::value);
    }

    @Test
    void removedAndClearedValuesCloseOnce() throws Exception {
        Cache<Integer, Value> c = cache(8);
        Value one = use(c, 1);
        Value two = use(c, 2);
        Value three = use(c, 3);
        assertTrue(c.remove(1));
        assertFalse(c.remove(1));
        assertEquals(1, c.removeIf(k -> k == 2));
        c.clear();
        assertEquals(0, c.size());
        assertEquals(List.of(1, 1, 1), List.of(one.closes.get(), two.closes.get(), three.closes.get()));
        assertEquals(0, c.statistics().evictions());
    }

    @Test
    void aFailedFillLeavesNoEntryAndPassesTheExceptionOn() throws Exception {
        Cache<Integer, Value> c = cache(2);
        IOException failure = new IOException("no");
        assertSame(failure, assertThrows(IOException.class, () -> c.acquire(1, k -> {
            throw failure;
        })));
        assertThrows(NullPointerException.class, () -> c.acquire(1, k -> null));
        assertEquals(0, c.size());
        assertEquals(2, c.statistics().failures());
        use(c, 1);
        assertEquals(1, c.size());
    }

    @Test
    void aFailedWeigherClosesTheValue() {
        Value[] made = new Value[1];
        Cache<Integer, Value> c = new LruCacheService().create("w", new CacheLimits<>(1, 10, v -> -1));
        assertThrows(ArgumentException.class, () -> c.acquire(1, k -> made[0] = new Value(k)));
        assertEquals(1, made[0].closes.get());
        assertEquals(0, c.size());
    }

    @Test
    void aFillerThatAsksForItsOwnKeyIsToldSo() {
        Cache<Integer, Value> c = cache(2);
        assertThrows(IllegalStateException.class, () -> c.acquire(1, k -> c.acquire(1, Value::new).value()));
        assertEquals(0, c.size());
    }

    @Test
    void oneThreadFillsAndTheOthersWait() throws Exception {
        Cache<Integer, Value> c = cache(2);
        AtomicInteger fills = new AtomicInteger();
        CyclicBarrier start = new CyclicBarrier(8);
        List<Future<Value>> all = threads.invokeAll(java.util.Collections.nCopies(8, () -> {
            start.await();
            try (Lease<Value> l = c.acquire(1, k -> {
                fills.incrementAndGet();
                Thread.sleep(50);
                return new Value(k);
            })) {
                return l.value();
            }
        }));
        for (Future<Value> f : all) {
            assertSame(all.get(0).get(), f.get());
        }
        assertEquals(1, fills.get());
        assertEquals(7, c.statistics().hits());
    }

    @Test
    void waitersTryThemselvesAfterAFailure() throws Exception {
        Cache<Integer, Value> c = cache(2);
        AtomicInteger attempts = new AtomicInteger();
        CyclicBarrier start = new CyclicBarrier(4);
        List<Future<Boolean>> all = threads.invokeAll(java.util.Collections.nCopies(4, () -> {
            start.await();
            try (Lease<Value> l = c.acquire(1, k -> {
                Thread.sleep(10);
                if (attempts.incrementAndGet() < 3) {
                    throw new IOException("attempt " + attempts);
                }
                return new Value(k);
            })) {
                return true;
            } catch (IOException e) {
                return false;
            }
        }));
        int good = 0;
        for (Future<Boolean> f : all) {
            good += f.get() ? 1 : 0;
        }
        assertEquals(2, good);
        assertEquals(3, attempts.get());
    }

    @Test
    void waitingCanBeInterrupted() throws Exception {
        Cache<Integer, Value> c = cache(2);
        CountDownLatch filling = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        threads.submit(() -> c.acquire(1, k -> {
            filling.countDown();
            finish.await();
            return new Value(k);
        }));
        filling.await();
        Thread[] waiter = new Thread[1];
        CountDownLatch started = new CountDownLatch(1);
        Future<?> interrupted = threads.submit(() -> {
            waiter[0] = Thread.currentThread();
            started.countDown();
            assertThrows(InterruptedException.class, () -> c.acquire(1, Value::new));
        });
        started.await();
        waiter[0].interrupt();
        interrupted.get(30, TimeUnit.SECONDS);
        finish.countDown();
    }

    @Test
    void removalDuringAFillLeavesNoEntryAndClosesAfterTheLease() throws Exception {
        Cache<Integer, Value> c = cache(2);
        Lease<Value> lease = c.acquire(1, k -> {
            assertEquals(1, c.removeIf(x -> true)); // the key being filled counts
            return new Value(k);
        });
        assertEquals(0, c.size());
        assertNull(c.find(1));
        Value v = lease.value();
        assertFalse(v.isClosed());
        lease.close();
        assertEquals(1, v.closes.get());
        assertEquals(0, c.statistics().evictions());
    }

    @Test
    void noLockIsHeldWhileFillingOrClosing() throws Exception {
        Cache<Integer, AutoCloseable> c = new LruCacheService().create("locks", CacheLimits.entries(1));
        AtomicInteger usableInClose = new AtomicInteger();
        AutoCloseable slow = () -> { // closed by eviction below
            assertUsable(c);
            usableInClose.incrementAndGet();
        };
        c.acquire(1, k -> slow).close();
        c.acquire(2, k -> {
            assertUsable(c);
            return () -> { };
        }).close();
        assertEquals(1, usableInClose.get());
    }

    /** From another thread, as a lock held by this one would not stop this one. */
    private void assertUsable(Cache<Integer, AutoCloseable> c) throws Exception {
        Future<?> other = threads.submit(() -> {
            c.size();
            c.keys();
            c.statistics();
            return c.remove(99);
        });
        other.get(30, TimeUnit.SECONDS);
    }

    @Test
    void aCloseThatThrowsHurtsNobody() throws Exception {
        Cache<Integer, AutoCloseable> c = new LruCacheService().create("throws", CacheLimits.entries(1));
        c.acquire(1, k -> () -> {
            throw new IOException("close");
        }).close();
        try (Lease<AutoCloseable> two = c.acquire(2, k -> () -> { })) {
            assertNotNull(two.value());
        }
        assertEquals(1, c.statistics().closed());
    }
}
