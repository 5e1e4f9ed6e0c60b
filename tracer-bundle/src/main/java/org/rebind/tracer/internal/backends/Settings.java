package org.rebind.tracer.internal.backends;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.rebind.ArgumentException;

/**
 * How backends are chosen and watched.
 *
 * @param prefer names of backends, the best first; they come before all others
 * @param allow names of the only backends to use; empty for all. The interpreter is always allowed
 * @param deny names of backends never to use
 * @param quarantineMillis first time a failing backend is kept away; doubles with each further failure
 * @param quarantineMaxMillis longest time it is kept away
 * @param backgroundThreads threads that compile for backends that arrive
 * @param hangMillis a call or compilation running longer puts its backend into quarantine; 0 for never
 * @param departureMillis longest time a departing backend waits for its calls
 * @param maxExecutables executables kept in the cache
 */
record Settings(List<String> prefer, List<String> allow, List<String> deny, long quarantineMillis,
        long quarantineMaxMillis, int backgroundThreads, long hangMillis, long departureMillis, int maxExecutables) {
    private static final long LONGEST_MILLIS = 30L * 24 * 60 * 60 * 1000;
    private static final int MOST_THREADS = 256;
    static final String PID = "org.rebind";
    static final Settings DEFAULT = new Settings(List.of(), List.of(), List.of(), 1000, 300_000, 2, 60_000, 30_000, 1024);

    /** Configuration Admin's view of the settings. */
    @ObjectClassDefinition(id = PID, name = "Rebind", description = "Choice of compute backends and their supervision")
    @interface Config {
        @AttributeDefinition(name = "Preferred backends", description = "Names, the best first; before all others")
        String[] prefer() default {};

        @AttributeDefinition(name = "Allowed backends", description = "Names of the only ones to use; empty for all")
        String[] allow() default {};

        @AttributeDefinition(name = "Denied backends", description = "Names never to use")
        String[] deny() default {};

        @AttributeDefinition(name = "Quarantine (ms)", description = "First time out of a failing backend; it doubles")
        long quarantine_millis() default 1000;

        @AttributeDefinition(name = "Longest quarantine (ms)")
        long quarantine_max_millis() default 300_000;

        @AttributeDefinition(name = "Background compile threads")
        int background_threads() default 2;

        @AttributeDefinition(name = "Hang (ms)", description = "A longer call or compilation quarantines its backend; 0: never")
        long hang_millis() default 60_000;

        @AttributeDefinition(name = "Departure (ms)", description = "Longest wait for calls on a departing backend")
        long departure_millis() default 30_000;

        @AttributeDefinition(name = "Executables", description = "Most compiled graphs kept; read once, at the start")
        int max_executables() default 1024;
    }

    Settings {
        prefer = trimmed(prefer);
        allow = trimmed(allow);
        deny = trimmed(deny);
        atLeast("quarantine.millis", 1, quarantineMillis);
        atLeast("quarantine.max.millis", quarantineMillis, quarantineMaxMillis);
        atLeast("background.threads", 1, backgroundThreads);
        atLeast("hang.millis", 0, hangMillis);
        atLeast("departure.millis", 0, departureMillis);
        atLeast("max.executables", 1, maxExecutables);
        atMost("quarantine.max.millis", LONGEST_MILLIS, quarantineMaxMillis);
        atMost("hang.millis", LONGEST_MILLIS, hangMillis);
        atMost("departure.millis", LONGEST_MILLIS, departureMillis);
        atMost("background.threads", MOST_THREADS, backgroundThreads);
    }

    /** A file of properties has but one value a key: names in a row there, as in a system property, come as one. */
    private static List<String> trimmed(List<String> names) {
        return names.stream().flatMap(s -> Stream.of(s.split(","))).map(String::trim).filter(s -> !s.isEmpty()).toList();
    }

    private static void atLeast(String name, long least, long value) {
        if (value < least) {
            throw new ArgumentException("configuration " + PID + ", " + name + ": expected at least " + least + ", got "
                    + value);
        }
    }

    private static void atMost(String name, long most, long value) {
        if (value > most) {
            throw new ArgumentException("configuration " + PID + ", " + name + ": expected at most " + most + ", got "
                    + value);
        }
    }

    static Settings of(Config c) {
        return new Settings(List.of(c.prefer()), List.of(c.allow()), List.of(c.deny()), c.quarantine_millis(),
                c.quarantine_max_millis(), c.background_threads(), c.hang_millis(), c.departure_millis(),
                c.max_executables());
    }

    /** From system properties: {@code org.rebind.prefer=cuda,opencl}, {@code org.rebind.hang.millis=1000} and so on. */
    static Settings ofProperties(UnaryOperator<String> property) {
        Properties p = new Properties(property);
        return new Settings(p.names("prefer"), p.names("allow"), p.names("deny"),
                p.number("quarantine.millis", DEFAULT.quarantineMillis),
                p.number("quarantine.max.millis", DEFAULT.quarantineMaxMillis),
                (int) p.number("background.threads", DEFAULT.backgroundThreads),
                p.number("hang.millis", DEFAULT.hangMillis), p.number("departure.millis", DEFAULT.departureMillis),
                (int) p.number("max.executables", DEFAULT.maxExecutables));
    }

    private record Properties(UnaryOperator<String> source) {
        List<String> names(String key) {
            String value = source.apply(PID + "." + key);
            return value == null ? List.of() : List.of(value);
        }

        long number(String key, long byDefault) {
            String value = source.apply(PID + "." + key);
            try {
                return value == null ? byDefault : Long.parseLong(value.trim());
            } catch (NumberFormatException e) {
                throw new ArgumentException("system property " + PID + "." + key + ": expected a whole number, got '"
                        + value + "'", e);
            }
        }
    }

    boolean allows(String name) {
        return !deny.contains(name) && (allow.isEmpty() || allow.contains(name));
    }
}
