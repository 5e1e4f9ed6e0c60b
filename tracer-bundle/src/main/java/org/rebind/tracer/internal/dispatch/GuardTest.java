package org.rebind.tracer.internal.dispatch;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rebind.RebindException;
import org.rebind.graph.Guard;

/** Tests the guards of an entry; remembers the last sizes that passed. Thread-safe. */
final class GuardTest {
    private final List<Guard> guards;
    private final List<String> symbols;
    private volatile long[] passed; // never changed in place

    /** @param symbols names, in the order numbers will come */
    GuardTest(List<Guard> guards, List<String> symbols) {
        this.guards = guards;
        this.symbols = symbols;
    }

    boolean holds(long[] numbers) {
        if (guards.isEmpty() || Arrays.equals(numbers, passed)) {
            return true;
        }
        if (failing(numbers) != null) {
            return false;
        }
        passed = numbers;
        return true;
    }

    /** The first guard these sizes break; null if they break none. */
    Guard failing(long[] numbers) {
        Map<String, Long> map = new HashMap<>();
        for (int i = 0; i < numbers.length; i++) {
            map.put(symbols.get(i), numbers[i]);
        }
        for (Guard g : guards) {
            boolean holds;
            try {
                holds = g.test(map::get);
            } catch (ArithmeticException | RebindException e) { // overflow, or a quotient by 0: not these sizes
                holds = false;
            }
            if (!holds) {
                return g;
            }
        }
        return null;
    }
}
