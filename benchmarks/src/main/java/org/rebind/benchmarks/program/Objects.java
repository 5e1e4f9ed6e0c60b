package org.rebind.benchmarks.program;

import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import org.rebind.benchmarks.Contender;
import org.rebind.benchmarks.Contenders;
import org.rebind.benchmarks.workload.Workloads;

/**
 * Which objects a warm call of {@code workload contender} makes: the difference of two class histograms, in a JVM that never
 * collects garbage (-XX:+UseEpsilonGC). Prints {@code objects-a-call bytes-a-call class}, one line a class.
 */
public final class Objects {
    private static final int WARM = 300_000;
    private static final int CALLS = 100_000;
    private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");

    private Objects() {
    }

    private record Count(long instances, long bytes) {
    }

    public static void main(String[] args) throws JMException {
        Contender.Prepared prepared = Contenders.of(args[1]).prepare(Workloads.of(args[0]),
                Runtime.getRuntime().availableProcessors());
        calls(prepared, WARM);
        histogram();
        Map<String, Count> before = histogram();
        calls(prepared, CALLS);
        Map<String, Count> after = histogram();
        after.forEach((type, count) -> {
            Count old = before.getOrDefault(type, new Count(0, 0));
            double objects = (count.instances - old.instances) / (double) CALLS;
            if (objects >= 0.5) {
                System.out.printf(Locale.ROOT, "%.2f %.1f %s%n", objects, (count.bytes - old.bytes) / (double) CALLS,
                        type.substring(type.lastIndexOf('.') + 1));
            }
        });
        System.exit(0);
    }

    private static void calls(Contender.Prepared prepared, int n) {
        for (int i = 0; i < n; i++) {
            prepared.release(prepared.call());
        }
    }

    private static Map<String, Count> histogram() throws JMException {
        String text = (String) ManagementFactory.getPlatformMBeanServer().invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
                new Object[] {new String[] {"-all"}}, new String[] {String[].class.getName()});
        Map<String, Count> counts = new HashMap<>();
        for (String line : text.split("\n")) {
            Matcher m = LINE.matcher(line);
            if (m.matches()) {
                counts.put(m.group(3), new Count(Long.parseLong(m.group(1)), Long.parseLong(m.group(2))));
            }
        }
        return counts;
    }
}
