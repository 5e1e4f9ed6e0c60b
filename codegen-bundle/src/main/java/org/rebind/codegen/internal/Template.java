package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A dialect's template of an expression, read once: how tightly it binds and what its operands need around them. */
final class Template {
    static final int ATOM = 15;
    static final int UNARY = 13;
    static final int LOWEST = 0;
    private static final Map<String, Integer> OPERATORS = Map.ofEntries(Map.entry("*", 12), Map.entry("/", 12),
            Map.entry("%", 12), Map.entry("+", 11), Map.entry("-", 11), Map.entry("<<", 10), Map.entry(">>", 10),
            Map.entry("<", 9), Map.entry("<=", 9), Map.entry(">", 9), Map.entry(">=", 9), Map.entry("==", 8),
            Map.entry("!=", 8), Map.entry("&", 7), Map.entry("^", 6), Map.entry("|", 5), Map.entry("&&", 4),
            Map.entry("||", 3), Map.entry("?", 2), Map.entry(":", 2), Map.entry("=", 1));

    private final List<String> parts = new ArrayList<>();
    private final List<Integer> operands = new ArrayList<>();
    private final List<Integer> needs = new ArrayList<>();
    private final int precedence;

    Template(String text) {
        String[] words = text.split("(?<= )|(?= )");
        int lowest = ATOM;
        int depth = 0;
        for (String w : words) {
            lowest = depth == 0 && OPERATORS.containsKey(w) ? Math.min(lowest, OPERATORS.get(w)) : lowest;
            depth += depth(w);
        }
        boolean prefix = text.startsWith("-") || text.startsWith("!") || text.matches("\\([a-z ]+\\) \\$?.*");
        this.precedence = lowest == ATOM && prefix ? UNARY : lowest;
        split(text, lowest, prefix);
    }

    private static int depth(String w) {
        int d = 0;
        for (char c : w.toCharArray()) {
            d += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
        }
        return d;
    }

    private void split(String text, int lowest, boolean prefix) {
        StringBuilder part = new StringBuilder();
        int depth = 0;
        boolean first = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
            if (c != '$') {
                part.append(c);
                continue;
            }
            parts.add(part.toString());
            part.setLength(0);
            operands.add(text.charAt(++i) - '1');
            boolean indexed = i + 1 < text.length() && text.charAt(i + 1) == '[';
            boolean cast = parts.get(parts.size() - 1).endsWith(") ") && i + 1 < text.length() + 1 && prefix(parts.get(parts.size() - 1));
            int inner = text.startsWith("-") ? UNARY + 1 : UNARY; // - -x is no decrement
            needs.add(indexed ? ATOM : cast ? UNARY : depth > 0 ? LOWEST : prefix && lowest == ATOM ? inner
                    : need(lowest, first));
            first = false;
        }
        parts.add(part.toString());
    }

    private static boolean prefix(String before) {
        return before.matches("(?s).*\\((int|long|unsigned|float|double|long long|unsigned long long)\\) $");
    }

    private static int need(int operator, boolean first) {
        return operator == 2 ? first ? 3 : 2 : operator == 1 || operator == ATOM ? LOWEST : first ? operator : operator + 1;
    }

    int precedence() {
        return precedence;
    }

    /** What an operand has to bind at least as tightly as. @param place in the template, from 0 */
    int need(int place) {
        return needs.get(place);
    }

    List<Integer> operands() {
        return operands;
    }

    String fill(List<String> texts) {
        StringBuilder s = new StringBuilder(parts.get(0));
        for (int i = 0; i < texts.size(); i++) {
            s.append(texts.get(i)).append(parts.get(i + 1));
        }
        return s.toString();
    }
}
