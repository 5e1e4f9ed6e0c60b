package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rebind.DType;
import org.rebind.codegen.BlockMemory;
import org.rebind.codegen.CodegenException;
import org.rebind.codegen.Dialect;
import org.rebind.codegen.Dialect.Style;
import org.rebind.codegen.HostKernels;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.Renderer;
import org.rebind.codegen.internal.math.MathLibrary;
import org.rebind.codegen.ir.Array;

/** Prints kernels: signatures around {@link StatementWriter}'s bodies, and the helpers they call. */
public final class SourceWriter {
    private static final Pattern CALL = Pattern.compile("\\b([a-z][a-z0-9_]*)\\(");

    private static final Pattern LANES = Pattern.compile("\\b(float16|bfloat16|float32|float64|int32|int64|bool)_x(\\d)\\b");

    private SourceWriter() {
    }

    public static String unit(List<Kernel> kernels, Dialect dialect) {
        StringBuilder functions = new StringBuilder();
        Map<String, Integer> vectorCalls = new LinkedHashMap<>();
        for (Kernel k : kernels) {
            functions.append(functions.length() == 0 ? "" : "\n").append(function(k, dialect, vectorCalls));
        }
        String text = functions.toString();
        String helpers = helpers(text, dialect);
        if (dialect.style() != Style.C) {
            helpers += math(text + helpers, vectorCalls);
        }
        if (dialect.style() == Style.C) {
            String prelude = dialect.word("prelude");
            String fp64 = text.contains("double") ? dialect.words().getOrDefault("fp64", "") : "";
            return (prelude.isEmpty() ? "" : prelude + "\n\n") + (fp64.isEmpty() ? "" : fp64 + "\n\n")
                    + lanes(text, dialect) + helpers + text;
        }
        return javaUnit(kernels, dialect, text, helpers);
    }

    /** Types of neighbouring elements that are moved at once. */
    private static String lanes(String text, Dialect dialect) {
        Map<String, String> types = new LinkedHashMap<>();
        Matcher m = LANES.matcher(text);
        while (m.find()) {
            DType d = DType.valueOf(m.group(1).toUpperCase(java.util.Locale.ROOT));
            int n = Integer.parseInt(m.group(2));
            types.put(m.group(), dialect.word("lanes").replace("$name", m.group()).replace("$bytes",
                    Integer.toString(n * d.byteSize())).replace("$n", m.group(2)).replace("$type",
                    dialect.words().getOrDefault("lanes." + d, dialect.memory().get(d))));
        }
        return types.isEmpty() ? "" : String.join("\n", types.values()) + "\n\n";
    }

    private static String javaUnit(List<Kernel> kernels, Dialect dialect, String text, String helpers) {
        boolean vector = dialect.style() == Style.JAVA_VECTOR && (text + helpers).contains("Vector");
        String name = Renderer.CLASS_NAME;
        int dot = name.lastIndexOf('.');
        StringBuilder s = new StringBuilder("package " + name.substring(0, dot) + ";\n\n");
        if (vector) {
            s.append("import jdk.incubator.vector.*;\n");
        }
        if (text.contains("BlockMemory.")) {
            s.append("import ").append(BlockMemory.class.getName()).append(";\n");
        }
        s.append("import ").append(HostKernels.class.getName()).append(";\n\n");
        s.append("public final class ").append(name.substring(dot + 1)).append(" implements HostKernels {\n");
        s.append(vector ? VectorWriter.species(text + helpers) : "");
        s.append("    public void run(int kernel, Object[] b, int[] s, int lo, int hi) {\n        switch (kernel) {\n");
        for (int i = 0; i < kernels.size(); i++) {
            s.append("            case ").append(i).append(":\n                ").append(call(kernels.get(i), dialect))
                    .append("\n                break;\n");
        }
        s.append("            default:\n                throw new IllegalArgumentException(\"no kernel \" + kernel);\n");
        s.append("        }\n    }\n\n");
        text.lines().forEach(l -> s.append(l.isEmpty() ? "" : "    ").append(l).append('\n'));
        return s.append(helpers).append("}\n").toString();
    }

    private static String call(Kernel k, Dialect dialect) {
        List<String> args = new ArrayList<>();
        for (int i = 0; i < k.buffers().size(); i++) {
            args.add("(" + dialect.memory().get(k.buffers().get(i).dtype()) + "[]) b[" + i + "]");
        }
        for (int i = 0; i < k.sizes().size(); i++) {
            args.add("s[" + i + "]");
        }
        args.add("lo");
        args.add("hi");
        return k.name() + "(" + String.join(", ", args) + ");";
    }

    public static String function(Kernel k, Dialect dialect) {
        return function(k, dialect, new LinkedHashMap<>());
    }

    private static String function(Kernel k, Dialect dialect, Map<String, Integer> vectorCalls) {
        boolean c = dialect.style() == Style.C;
        if (!c && k.launch() != Kernel.Launch.CHUNKS) {
            throw new CodegenException("kernel " + k.name() + " is scheduled for a GPU; dialect " + dialect.name()
                    + " takes kernels of a CPU target only");
        }
        StatementWriter w = dialect.style() == Style.JAVA_VECTOR ? new VectorWriter(dialect, k) : new StatementWriter(dialect, k);
        String body = w.body();
        String top = w.declarations();
        w.vectorCalls.forEach((name, n) -> vectorCalls.merge(name, n, Integer::sum));
        List<String> params = new ArrayList<>();
        for (Array.Buffer b : k.buffers()) {
            params.add(parameter(b, dialect));
        }
        k.sizes().forEach(x -> params.add("int " + x.name()));
        String head = c ? cHead(k, dialect, params) : javaHead(k, params);
        return comment(k) + head + top + body + "}\n" + w.methods();
    }

    private static String parameter(Array.Buffer b, Dialect dialect) {
        String type = dialect.memory().get(b.dtype());
        if (dialect.style() != Style.C) {
            return type + "[] " + b.name();
        }
        return dialect.word("global") + (b.access() == Array.Access.READ ? "const " : "") + type + " *"
                + dialect.word("restrict") + b.name();
    }

    private static String javaHead(Kernel k, List<String> params) {
        params.add("int lo");
        params.add("int hi");
        return "static void " + k.name() + "(" + String.join(", ", params) + ") {\n";
    }

    private static String cHead(Kernel k, Dialect dialect, List<String> params) {
        params.add("int extent");
        boolean groups = k.launch() == Kernel.Launch.GROUPS;
        String attribute = dialect.words().getOrDefault(groups ? "groupAttribute"
                : k.launch() == Kernel.Launch.CHUNKS ? "chunkAttribute" : "threadAttribute", "");
        attribute = attribute.isEmpty() ? "" : " " + attribute;
        String start = dialect.word("kernel").replace(" void", attribute + " void");
        if (k.launch() == Kernel.Launch.CHUNKS) {
            params.add("int chunk");
            return start + " " + k.name() + "(" + String.join(", ", params) + ") {\n    int item = " + dialect.word("globalId")
                    + ";\n    if (item > (extent - 1) / chunk) {\n        return;\n    }\n    int lo = item * chunk;\n"
                    + "    int hi = lo + min(chunk, extent - lo);\n";
        }
        return start + " " + k.name() + "(" + String.join(", ", params) + ") {\n"
                + (groups ? "    int thread = " + dialect.word("localId") + ";\n" : "");
    }

    private static String comment(Kernel k) {
        List<String> ops = k.note().ops();
        String shown = ops.size() <= 12 ? String.join(", ", ops)
                : String.join(", ", ops.subList(0, 11)) + ", ... (" + ops.size() + " ops)";
        return "// " + shown + " over " + k.note().space() + "\n";
    }

    /** Source of all helpers a text calls, and those they call. */
    private static String helpers(String text, Dialect dialect) {
        Set<String> called = new LinkedHashSet<>();
        calls(text, dialect.helpers(), called);
        StringBuilder s = new StringBuilder();
        boolean c = dialect.style() == Style.C;
        for (String name : called) {
            String source = dialect.helpers().get(name);
            if (c) {
                s.append(source).append('\n');
            } else {
                s.append('\n');
                source.lines().forEach(l -> s.append("    ").append(l).append('\n'));
            }
        }
        return s.toString();
    }

    private static void calls(String text, Map<String, String> helpers, Set<String> called) {
        Matcher m = CALL.matcher(text);
        while (m.find()) {
            String source = helpers.get(m.group(1));
            if (source != null && !called.contains(m.group(1))) {
                calls(source.substring(source.indexOf('{')), helpers, called);
                called.add(m.group(1));
            }
        }
    }

    /** The elementary functions a Java text calls, on scalars and on vectors. */
    private static String math(String text, Map<String, Integer> vectorCalls) {
        Set<String> methods = new LinkedHashSet<>();
        for (DType d : List.of(DType.FLOAT32, DType.FLOAT64)) {
            MathLibrary library = MathLibrary.of(d);
            Map<String, Integer> calls = new LinkedHashMap<>();
            Matcher m = CALL.matcher(text);
            while (m.find()) {
                calls.merge(m.group(1), 1, Integer::sum);
            }
            Set<String> scalar = new LinkedHashSet<>();
            Set<String> vector = new LinkedHashSet<>();
            calls.forEach((method, count) -> {
                String n = method.length() > 2 ? method.substring(0, method.length() - 2) : method;
                if (library.has(n) && library.methodName(n).equals(method)) {
                    int onVectors = vectorCalls.getOrDefault(method, 0);
                    (onVectors > 0 ? vector : scalar).add(n);
                    if (onVectors < count) {
                        scalar.add(n);
                    }
                }
            });
            methods.addAll(List.of((library.methods(scalar, false) + library.methods(vector, true)).split("\n\n")));
        }
        StringBuilder s = new StringBuilder();
        // float32's slow cases are float64's: the same method, once with and once without an end of line
        methods.stream().map(x -> x.startsWith("\n") ? x.substring(1) : x).filter(x -> !x.isBlank())
                .map(x -> x.endsWith("\n") ? x : x + "\n").distinct().forEach(x -> s.append('\n').append(x));
        return s.toString();
    }
}
