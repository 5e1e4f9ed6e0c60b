package org.rebind.tracer.internal.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.rebind.CompilationStats;
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
