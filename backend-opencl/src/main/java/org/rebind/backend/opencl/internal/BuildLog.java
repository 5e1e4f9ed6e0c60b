package org.rebind.backend.opencl.internal;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes a driver's build log readable: puts the generated lines it names beneath it. */
final class BuildLog {
    /** What drivers print: {@code file:12:5: error}, {@code <kernel>:12:5:} or {@code (12) : error}. */
    private static final Pattern LINE = Pattern.compile("(?:[:(])(\\d+)(?::\\d+:|\\) ?:)");
    private static final int MOST_LINES = 10;

    private BuildLog() {
    }

    static String explain(String log, String source) {
        String[] lines = source.split("\n", -1);
        Set<Integer> named = new TreeSet<>();
        Matcher m = LINE.matcher(log);
        while (m.find() && named.size() < MOST_LINES) {
            int line = m.group(1).length() > 6 ? 0 : Integer.parseInt(m.group(1));
            if (line >= 1 && line <= lines.length) {
                named.add(line);
            }
        }
        StringBuilder s = new StringBuilder(log.strip());
        s.append(named.isEmpty() ? "\nthe generated source:" : "\nthe generated lines:");
        for (int i = 1; i <= lines.length; i++) {
            if (named.isEmpty() || named.contains(i)) {
                s.append(String.format("%n%5d | %s", i, lines[i - 1]));
            }
        }
        return s.toString();
    }
}
