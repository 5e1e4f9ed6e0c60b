package org.rebind.backend.aparapi.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rebind.codegen.Kernel;

/**
 * The kernels of a plan that have to be compiled. Those that differ in names only are one: layers that repeat are compiled,
 * and get up to speed, once.
 *
 * @param kernels one of each kind
 * @param numbers place in {@code kernels} for each kernel of the plan, -1 for one that is never run
 */
record Distinct(List<Kernel> kernels, int[] numbers) {
    private static final Pattern WORD = Pattern.compile("(?<![\\w.])[a-z_]\\w*");
    private static final Pattern HEAD = Pattern.compile("void (\\w+)\\(");
    /** Words of the language; types and constants begin with a capital, called functions are followed by a parenthesis. */
    private static final Set<String> KEPT = Set.of("boolean", "byte", "char", "short", "int", "long", "float", "double", "void",
            "static", "final", "new", "for", "while", "if", "else", "return", "break", "continue", "true", "false");

    /** @param sources text of each kernel's function, null for one that is never run */
    static Distinct of(List<Kernel> kernels, List<String> sources) {
        Map<String, Integer> seen = new HashMap<>();
        List<Kernel> kept = new ArrayList<>();
        int[] numbers = new int[kernels.size()];
        for (int i = 0; i < numbers.length; i++) {
            if (sources.get(i) == null) {
                numbers[i] = -1;
                continue;
            }
            Integer known = seen.putIfAbsent(anonymous(sources.get(i)), kept.size());
            numbers[i] = known == null ? kept.size() : known;
            if (known == null) {
                kept.add(kernels.get(i));
            }
        }
        return new Distinct(List.copyOf(kept), numbers);
    }

    /** The function with its variables, and its own name, numbered in the order in which they appear; without remarks. */
    static String anonymous(String source) {
        String text = source.lines().filter(l -> !l.strip().startsWith("//")).reduce("", (a, b) -> a + b + "\n");
        Matcher head = HEAD.matcher(text);
        // the methods of its phases begin with its name
        String code = head.find() ? text.replaceAll("\\b" + head.group(1) + "(?=\\(|_phase|_tail)", "") : text;
        Map<String, String> names = new LinkedHashMap<>();
        Matcher m = WORD.matcher(code);
        return m.replaceAll(r -> {
            boolean called = r.end() < code.length() && code.charAt(r.end()) == '(';
            return called || KEPT.contains(r.group()) ? r.group()
                    : names.computeIfAbsent(r.group(), x -> "#" + names.size());
        });
    }
}
