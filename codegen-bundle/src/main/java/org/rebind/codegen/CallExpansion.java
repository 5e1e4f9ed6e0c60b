package org.rebind.codegen;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rebind.codegen.internal.math.MathLibrary;

/**
 * Rewrites Java vector source so that loops call no elementary functions: the functions' statements are put in place of the
 * calls. C2 stops inlining in a method past a number of nodes, which two functions on vectors reach, and a vector
 * that crosses a call is boxed: 200 bytes a vector and 3 to 100 times the time. Source for people keeps the calls. Works on
 * what {@link Renderer} prints: a statement a line.
 *
 * <p>Loops that are methods of their own stay so: with functions in them they are made too long for C2 to inline, as it gives out
 * registers for all loops of what it compiles together.
 */
public final class CallExpansion {
    private static final Pattern CALL = Pattern.compile("(?<![.\\w])(\\w+_[fd])\\(");
    private static final Pattern DECLARATION = Pattern.compile("\\b(?:Float|Double)Vector (\\w+)\\b");
    private static final Pattern WORD = Pattern.compile("(?<![.\\w])([a-zA-Z_]\\w*)\\b(?!\\()");
    private static final Pattern ANY_DECLARATION = Pattern.compile("^\\s*(?:\\w+Vector|VectorMask) (\\w+) =");
    /** The beginning of a method that is a loop of a kernel, with its first array. */
    private static final Pattern PHASE = Pattern.compile("    static \\w+ \\w+_phase\\d+\\((?:.*, )?\\w+\\[] (\\w+).*");
    /** More than 325 bytes of code, beyond which HotSpot inlines nothing: an element takes five. Compiled, nothing is left of it. */
    private static final String LONG = "            int[] longer = {" + "0, ".repeat(66) + "0};";

    /** A function: its parameters, statements and result. */
    private record Body(List<String> parameters, List<String> statements, String result) {
    }

    private static final Map<String, Body> BODIES = bodies();

    private final List<String> out = new ArrayList<>();
    private final Deque<Boolean> loops = new ArrayDeque<>();
    private final Set<String> vectors = new HashSet<>();
    private int expanded;
    private int inMethod;
    private int phase; // where the body of the method begins in what is put out, if it is a phase
    private String array; // of that phase, else null

    private CallExpansion() {
    }

    /** The same program without calls of vector functions in its loops. */
    public static String expand(String source) {
        CallExpansion e = new CallExpansion();
        source.lines().forEach(e::line);
        return String.join("\n", e.out) + "\n";
    }

    private void line(String line) {
        String text = line.strip();
        if (text.startsWith("}")) {
            loops.poll();
        }
        if (line.startsWith("    static ") || line.startsWith("    public ")) {
            vectors.clear();
            inMethod = 0;
            Matcher m = PHASE.matcher(line);
            array = m.matches() ? m.group(1) : null;
            phase = out.size() + 1;
        }
        if (line.equals("    }") && array != null && inMethod > 0) {
            out.addAll(phase, List.of("        if (" + array + ".length < 0) {", LONG, "        }"));
            array = null;
        }
        boolean kernel = line.startsWith("        "); // helpers among themselves keep their calls
        if (line.contains("Vector ")) {
            Matcher declared = DECLARATION.matcher(line);
            while (declared.find()) {
                vectors.add(declared.group(1));
            }
        }
        boolean loop = !loops.isEmpty() && loops.peek();
        out.add(kernel && loop && !text.startsWith("for ") ? calls(line) : line);
        if (text.endsWith("{")) {
            loops.push(text.startsWith("for "));
        }
    }

    /** The line with every vector call replaced by a variable whose statements are put before it, innermost first. */
    private String calls(String line) {
        if (!line.contains("_f(") && !line.contains("_d(")) {
            return line; // most lines, and much sooner than the pattern says so
        }
        String text = line;
        int from = 0;
        Matcher m = CALL.matcher(text);
        while (m.find(from)) {
            Body body = BODIES.get(m.group(1));
            int close = closing(text, m.end() - 1);
            String inside = text.substring(m.end(), close);
            if (body == null || !isVector(inside) || inMethod >= MathLibrary.MOST_EXPANDED) {
                from = m.end();
                continue;
            }
            String indent = line.substring(0, line.length() - line.stripLeading().length());
            String result = expand(m.group(1), body, arguments(calls(indent + inside).strip()), indent);
            text = text.substring(0, m.start()) + result + text.substring(close + 1);
            from = m.start() + result.length();
            m = CALL.matcher(text);
        }
        return text;
    }

    private String expand(String name, Body body, List<String> arguments, String indent) {
        String prefix = name + expanded++ + "_";
        inMethod += name.startsWith("patch") ? 0 : 1;
        String type = name.endsWith("_f") ? "FloatVector " : "DoubleVector ";
        Set<String> names = new HashSet<>(body.parameters());
        for (int i = 0; i < arguments.size(); i++) {
            String parameterType = body.parameters().get(i).equals("where") ? "VectorMask " : type;
            out.add(indent + parameterType + prefix + body.parameters().get(i) + " = " + arguments.get(i) + ";");
            vectors.add(prefix + body.parameters().get(i));
        }
        for (String s : body.statements()) {
            Matcher d = ANY_DECLARATION.matcher(s);
            if (d.find()) {
                names.add(d.group(1));
                vectors.add(prefix + d.group(1));
            }
            out.add(calls(indent + rename(s, names, prefix)));
        }
        String result = prefix + "result";
        vectors.add(result);
        out.add(calls(indent + type + result + " = " + rename(body.result(), names, prefix) + ";"));
        return result;
    }

    private boolean isVector(String arguments) {
        if (arguments.contains("Vector.")) {
            return true;
        }
        Matcher m = WORD.matcher(arguments);
        while (m.find()) {
            if (vectors.contains(m.group())) {
                return true;
            }
        }
        return false;
    }

    private static String rename(String text, Set<String> names, String prefix) {
        return WORD.matcher(text).replaceAll(r -> names.contains(r.group(1)) ? prefix + r.group(1) : r.group(1));
    }

    /** Place of the parenthesis that closes the one at {@code open}. */
    private static int closing(String text, int open) {
        int depth = 0;
        for (int i = open; i < text.length(); i++) {
            depth += text.charAt(i) == '(' ? 1 : text.charAt(i) == ')' ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        throw new CodegenException("unbalanced parentheses: " + text);
    }

    private static List<String> arguments(String text) {
        List<String> arguments = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && depth == 0) {
                arguments.add(text.substring(start, i).strip());
                start = i + 1;
            }
        }
        arguments.add(text.substring(start).strip());
        return arguments;
    }

    private static Map<String, Body> bodies() {
        Map<String, Body> bodies = new HashMap<>();
        MathLibrary.helpers().forEach((key, text) -> {
            if (key.endsWith("@vector") && !key.startsWith("lanes_") && !MathLibrary.isRare(key.substring(0, key.indexOf('@')))) {
                String code = text.substring(text.indexOf("static "));
                String head = code.substring(code.indexOf('(') + 1, code.indexOf(") {"));
                List<String> parameters = new ArrayList<>();
                for (String p : head.split(", ")) {
                    parameters.add(p.substring(p.indexOf(' ') + 1));
                }
                List<String> lines = code.lines().skip(1).map(String::strip).filter(l -> !l.equals("}")).toList();
                String last = lines.get(lines.size() - 1);
                bodies.put(key.substring(0, key.indexOf('@')), new Body(parameters, lines.subList(0, lines.size() - 1),
                        last.substring("return ".length(), last.length() - 1)));
            }
        });
        return Map.copyOf(bodies);
    }
}
