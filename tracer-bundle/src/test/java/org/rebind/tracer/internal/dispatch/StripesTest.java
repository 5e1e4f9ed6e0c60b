package org.rebind.tracer.internal.dispatch;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.rebind.CompilationStats;
import org.rebind.tracer.internal.tensor.InFlight;
import sun.misc.Unsafe;

/** What a call counts lies two cache lines from whatever the JVM puts before and after it, and no count is lost. */
class StripesTest {
    private static final int APART = 128;

    @Test
    @SuppressWarnings("deprecation") // there is no other way to see where fields lie
    void countersOfAStripeAreApart() throws ReflectiveOperationException {
        Class<?> stripe = Arrays.stream(Counters.class.getDeclaredClasses()).filter(c -> c.getSimpleName().equals("Stripe"))
                .findFirst().orElseThrow();
        Field field = Unsafe.class.getDeclaredField("theUnsafe");
        field.setAccessible(true);
        Unsafe unsafe = (Unsafe) field.get(null);
        long first = Long.MAX_VALUE;
        long last = 0;
        long end = 0;
        for (Class<?> c = stripe; c != Object.class; c = c.getSuperclass()) {
            for (Field f : c.getDeclaredFields()) {
                if (!Modifier.isStatic(f.getModifiers())) {
                    long at = unsafe.objectFieldOffset(f);
                    assertEquals(long.class, f.getType(), f + ": HotSpot puts smaller ones before all longs");
                    boolean padding = f.getName().matches("[ab]\\d+");
                    first = padding ? first : Math.min(first, at);
                    last = padding ? last : Math.max(last, at + Long.BYTES);
                    end = Math.max(end, at + Long.BYTES);
                }
            }
        }
        assertTrue(first >= APART, "counters begin " + first + " bytes from what comes before");
        assertTrue(end - last >= APART, "counters end " + (end - last) + " bytes from what comes after");
    }

    /** The length of an array lies right before its element 0: what is counted must not begin there. */
    @Test
    void nothingIsCountedBesideAnArraysLength() throws ReflectiveOperationException {
        Uses uses = new Uses();
        InFlight calls = new InFlight();
        Entries entries = new Entries(1);
        for (int i = 0; i < 64; i++) { // threads made one after the other take all stripes in turn
            Thread t = new Thread(calls::enter);
            t.start();
            assertDoesNotThrow(() -> t.join());
        }
        for (int stripe = 0; stripe < Uses.STRIPES; stripe++) {
            uses.hit(stripe, 1);
            uses.mark(stripe, 1);
        }
        AtomicLongArray cells = (AtomicLongArray) value(uses, "cells");
        AtomicIntegerArray counts = (AtomicIntegerArray) value(calls, "counts");
        for (int i = 0; i < APART / Long.BYTES; i++) {
            assertEquals(0, cells.get(i));
        }
        for (int i = 0; i < APART / Integer.BYTES; i++) {
            assertEquals(0, counts.get(i));
        }
        assertEquals(64, IntStream.range(0, counts.length()).map(counts::get).sum());
        AtomicReferenceArray<?> last = (AtomicReferenceArray<?>) value(entries, "last");
        assertEquals(Uses.STRIPES + 1, last.length() / (APART / Integer.BYTES), "places, and the room before them");
    }

    private static Object value(Object of, String field) throws ReflectiveOperationException {
        Field f = of.getClass().getDeclaredField(field);
        f.setAccessible(true);
        return f.get(of);
    }

    @Test
    void nothingIsLost() throws InterruptedException {
        Counters counters = new Counters();
        Uses uses = new Uses();
        int callers = 5;
        int calls = 20_000;
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < callers; t++) {
            int stripe = t % 3;
            threads.add(new Thread(() -> {
                for (int i = 0; i < calls; i++) {
                    counters.hit(stripe, 2);
                    uses.hit(stripe, 3);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread t : threads) {
            t.join();
        }
        CompilationStats stats = counters.snapshot(1);
        assertEquals((long) callers * calls, stats.hits());
        assertEquals((long) callers * calls, uses.hits());
        assertEquals(3L * callers * calls, uses.nanos());
        for (int stripe = 0; stripe < Uses.STRIPES; stripe++) {
            assertEquals(0, uses.marked(stripe));
            uses.mark(stripe, stripe + 1);
        }
        assertEquals(Uses.STRIPES, uses.lastUsed());
        assertEquals(3L * callers * calls, uses.nanos());
    }
}
