package org.rebind.codegen.internal.math;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.rebind.DType;
import org.rebind.codegen.internal.math.Expr.Apply;
import org.rebind.codegen.internal.math.Expr.Call;
import org.rebind.codegen.internal.math.Expr.Slow;
import org.rebind.codegen.internal.math.Expr.Type;
import org.rebind.codegen.internal.math.Expr.Usually;

/**
 * The elementary functions as Java source, scalar or on vectors, with bit for bit the same results in both, and as OpenCL C.
 * Methods are named after the function and the dtype: {@code exp_f} for float32, {@code exp_d} for float64; vector methods take and
 * return FloatVector of a species {@code F} or DoubleVector of a species {@code D}, constants of the class that holds
 * them. Each is under 325 bytes of byte code, so that C2 inlines it. Immutable.
 */
public final class MathLibrary {
    private static final MathLibrary FLOAT32 = new MathLibrary("float32", 'f');
    private static final MathLibrary FLOAT64 = new MathLibrary("float64", 'd');

    /** Functions that a method has in place of calls, at most: C1 runs out of registers at 24, and past 8000 bytes nothing is compiled. */
    public static final int MOST_EXPANDED = 8;

    private final Map<String, MathFunction> functions = new LinkedHashMap<>();
    private final Map<String, String> slow = new HashMap<>();
    private final Set<String> rare = new HashSet<>();
    private final char suffix;

    private MathLibrary(String dtype, char suffix) {
        this.suffix = suffix;
        Map<String, List<String>> constants = new HashMap<>();
        for (String line : read(dtype + ".constants").split("\n")) {
            if (!line.startsWith("#")) {
                String[] parts = line.split(" = ");
                constants.put(parts[0], Arrays.asList(parts[1].split(", ")));
            }
        }
        parse(read("functions.math"), constants);
        functions.values().forEach(f -> walk(f.result(), e -> {
            if (e instanceof Usually u && u.general() instanceof Call c) {
                rare.add(methodName(c.function()));
            }
        }));
        for (String method : read("slow.java").split("\n\n")) {
            String name = method.substring(method.indexOf(' ', method.indexOf("static ") + 7) + 1, method.indexOf('('));
            slow.put(name, method.endsWith("\n") ? method : method + "\n");
        }
    }

    /** The library for float32 or float64. @throws IllegalArgumentException for other dtypes */
    public static MathLibrary of(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> FLOAT32;
            case FLOAT64 -> FLOAT64;
            default -> throw new IllegalArgumentException("elementary functions exist for float32 and float64, not for " + dtype);
        };
    }

    /** Whether there is a function of this name, for instance {@code exp}. */
    public boolean has(String function) {
        return functions.containsKey(function);
    }

    /** The method's name, for instance {@code exp_f}. */
    public String methodName(String function) {
        return function + "_" + suffix;
    }

    /** Methods of these functions and of all they call, indented by four, each after an empty line. */
    public String methods(Collection<String> names, boolean vector) {
        StringBuilder s = new StringBuilder();
        texts(names, vector ? new VectorPrinter(suffix) : new ScalarPrinter(suffix)).values()
                .forEach(t -> s.append('\n').append(t));
        return s.toString();
    }

    private Map<String, String> texts(Collection<String> names, MathPrinter printer) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String name : names) {
            add(name, printer, texts);
        }
        return texts;
    }

    /**
     * Every method by its name, for instance {@code exp_f}; vector methods under {@code exp_f@vector}. Each text starts
     * with a comment or {@code static} in the first column.
     */
    public static Map<String, String> helpers() {
        Map<String, String> all = new LinkedHashMap<>();
        for (MathLibrary m : List.of(FLOAT32, FLOAT64)) {
            m.texts(m.functions.keySet(), new ScalarPrinter(m.suffix)).forEach((n, t) -> all.put(n, outdent(t)));
            m.texts(m.functions.keySet(), new VectorPrinter(m.suffix)).forEach((n, t) -> {
                if (!m.slow.containsKey(n)) {
                    all.put(n + "@vector", outdent(t));
                }
            });
        }
        return all;
    }

    /**
     * Functions of OpenCL C by their names, for instance {@code exp_f}, for those of these whose every case is computed
     * without a fallback to the platform's own, and those they call.
     */
    public static Map<String, String> openCl(Collection<String> names) {
        Map<String, String> all = new LinkedHashMap<>();
        for (MathLibrary m : List.of(FLOAT32, FLOAT64)) {
            List<String> whole = names.stream().filter(n -> !m.fallsBack(n)).toList();
            m.texts(whole, new OpenClPrinter(m.suffix)).forEach((n, t) -> all.put(n, outdent(t)));
        }
        return all;
    }

    /**
     * Functions that replace the first elements of a {@code float[]} by their values, with another of that length to work in, for
     * instance {@code exp_block}.
     */
    public static Map<String, String> blocks() {
        Map<String, String> all = new LinkedHashMap<>();
        for (String text : read("blocks.java").split("\n\n")) {
            if (text.startsWith("//")) {
                continue;
            }
            all.put(text.substring(text.indexOf("void ") + 5, text.indexOf("(float[]")), text.endsWith("\n") ? text : text + "\n");
        }
        return all;
    }

    /** Whether this method, for instance {@code expfar_f}, is called for rare values only, so that calls of it stay calls. */
    public static boolean isRare(String method) {
        return FLOAT32.rare.contains(method) || FLOAT64.rare.contains(method);
    }

    /** How many functions come in place of a call of this one: it, and what it calls but for rare values. */
    public int expanded(String function) {
        int[] n = {1};
        MathFunction f = functions.get(function);
        Consumer<Expr> visit = e -> n[0] += e instanceof Call c && !rare.contains(methodName(c.function())) ? expanded(c.function()) : 0;
        f.statements().forEach(st -> walk(st.value(), visit));
        walk(f.result(), visit);
        return n[0];
    }

    private boolean fallsBack(String name) {
        boolean[] found = new boolean[1];
        MathFunction f = functions.get(name);
        Consumer<Expr> visit = e -> found[0] |= e instanceof Slow || e instanceof Call c && fallsBack(c.function());
        f.statements().forEach(st -> walk(st.value(), visit));
        walk(f.result(), visit);
        return found[0];
    }

    private static String outdent(String method) {
        return method.lines().map(l -> l.startsWith("    ") ? l.substring(4) : l).collect(Collectors.joining("\n", "", "\n"));
    }

    private void add(String name, MathPrinter printer, Map<String, String> texts) {
        if (texts.containsKey(methodName(name))) {
            return;
        }
        MathFunction f = functions.get(name);
        if (f == null) {
            throw new IllegalArgumentException("no elementary function " + name);
        }
        texts.put(methodName(name), comment(f) + printer.method(f));
        Consumer<Expr> visit = e -> {
            if (e instanceof Call c) {
                add(c.function(), printer, texts);
            } else if (e instanceof Slow s) {
                String method = s.function() + "_" + suffix;
                addSlow(method, texts);
                if (printer instanceof VectorPrinter v) {
                    texts.put("patch" + s.operands().size() + "_" + method, v.patch(s));
                    texts.put("lanes_" + method, v.lanes(s));
                }
            }
        };
        f.statements().forEach(st -> walk(st.value(), visit));
        walk(f.result(), visit);
    }

    private void addSlow(String method, Map<String, String> texts) {
        texts.put(method, slow.get(method));
        slow.keySet().stream().filter(n -> !n.equals(method) && slow.get(method).contains(n + "("))
                .forEach(n -> texts.put(n, slow.get(n)));
    }

    private static String comment(MathFunction f) {
        return f.comment().isEmpty() ? "" : "    /** " + f.comment() + " */\n";
    }

    private static void walk(Expr e, Consumer<Expr> visit) {
        visit.accept(e);
        if (e instanceof Apply a) {
            a.operands().forEach(o -> walk(o, visit));
        } else if (e instanceof Call c) {
            c.operands().forEach(o -> walk(o, visit));
        } else if (e instanceof Slow s) {
            walk(s.condition(), visit);
            walk(s.usual(), visit);
            s.operands().forEach(o -> walk(o, visit));
        } else if (e instanceof Usually u) {
            walk(u.condition(), visit);
            walk(u.usual(), visit);
            walk(u.general(), visit);
        }
    }

    private void parse(String text, Map<String, List<String>> constants) {
        for (String block : text.split("\n\n")) {
            int open = block.indexOf(") {\n");
            if (open < 0) {
                continue;
            }
            String head = block.substring(0, open);
            String comment = String.join(" ", head.lines().filter(l -> l.startsWith("#")).map(l -> l.substring(2)).toList());
            String signature = head.substring(head.lastIndexOf('\n') + 1);
            String name = signature.substring(0, signature.indexOf('('));
            List<String> parameters = List.of(signature.substring(signature.indexOf('(') + 1).split(", "));
            functions.put(name, body(name, comment, parameters, block.substring(open + 4).lines().toList(), constants));
        }
    }

    private static MathFunction body(String name, String comment, List<String> parameters, List<String> lines,
            Map<String, List<String>> constants) {
        Map<String, Type> variables = new HashMap<>();
        parameters.forEach(p -> variables.put(p, Type.FLOATING));
        List<MathFunction.Statement> statements = new ArrayList<>();
        for (String line : lines) {
            String l = line.strip();
            if (l.startsWith("return ")) {
                return new MathFunction(name, comment, parameters, List.copyOf(statements),
                        new ExprParser(l.substring(7), constants, variables).parse());
            }
            String variable = l.substring(0, l.indexOf(" = "));
            Expr value = new ExprParser(l.substring(l.indexOf(" = ") + 3), constants, variables).parse();
            statements.add(new MathFunction.Statement(variable, value));
            variables.put(variable, value.type());
        }
        throw new IllegalArgumentException("function " + name + " has no return");
    }

    private static String read(String resource) {
        try (InputStream in = MathLibrary.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
