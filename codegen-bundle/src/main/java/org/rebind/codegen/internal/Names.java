package org.rebind.codegen.internal;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Stmt;

/** The identifiers of one kernel. */
final class Names {
    private static final Set<String> RESERVED = Set.of("abstract", "assert", "auto", "bool", "boolean", "break", "byte", "case", "catch", "char", "class", "const",
            "continue", "default", "delete", "do", "double", "else", "enum", "explicit", "extends", "extern", "false",
            "final", "finally", "float", "for", "friend", "goto", "half", "if", "implements", "import", "inline",
            "instanceof", "int", "interface", "kernel", "local", "long", "namespace", "native", "new", "null", "operator",
            "package", "private", "protected", "public", "register", "restrict", "return", "short", "signed", "sizeof",
            "static", "struct", "super", "switch", "synchronized", "template", "this", "throw", "throws", "true", "try",
            "typedef", "typename", "union", "unsigned", "using", "virtual", "void", "volatile", "while", "global",
            "constant", "uint", "uchar", "ushort", "ulong", "extent", "chunk", "lo", "hi", "var", "alignas", "alignof",
            "and", "and_eq", "bitand", "bitor", "char8_t", "char16_t", "char32_t", "compl", "concept", "const_cast",
            "consteval", "constexpr", "constinit", "co_await", "co_return", "co_yield", "decltype", "dynamic_cast",
            "export", "mutable", "noexcept", "not", "not_eq", "nullptr", "or", "or_eq", "reinterpret_cast", "requires",
            "static_assert", "static_cast", "thread_local", "typeid", "wchar_t", "xor", "xor_eq", "event", "image",
            "sampler", "pipe", "complex", "imaginary", "asm", "signature", "uniform", "M_PI", "M_E", "INFINITY", "NAN",
            "F", "D", "I", "L", "B", "H", "m", "Math", "Float", "Double");

    /** Functions of C that a variable would hide. */
    private static final Set<String> FUNCTIONS = Set.of("exp", "log", "sin", "cos", "tan", "max", "min", "abs", "pow", "sqrt",
            "floor", "ceil", "round", "trunc", "erf", "tanh", "sinh", "cosh", "asin", "acos", "atan", "atan2", "atanh",
            "expm1", "log1p", "fma", "sign", "select", "isnan", "y0", "y1", "j0", "j1", "step", "mix", "dot", "cross",
            "length", "distance", "normalize", "clamp", "fmod", "remainder", "rint", "mad", "rotate", "any", "all",
            "shuffle", "vload", "vstore", "copysign", "index", "gamma", "time", "signbit", "exp2", "log2", "exp10", "log10",
            "hypot", "fabs", "fmin", "fmax", "fdim", "ilogb", "ldexp", "modf", "nan", "rsqrt", "bitselect", "popcount");

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*");

    private final Set<String> taken = new HashSet<>();
    /** For each stem the last number given: a plan of a thousand steps wishes for the same name a thousand times a kernel. */
    private final Map<String, Integer> last = new HashMap<>();

    /** Whether a function of this name would be taken for another or for a keyword in some dialect. */
    static boolean isTaken(String function) {
        return RESERVED.contains(function) || FUNCTIONS.contains(function);
    }

    /** Those that a kernel has already. */
    static Names of(Kernel k) {
        Names names = new Names();
        names.fresh("thread");
        k.buffers().forEach(b -> names.fresh(b.name()));
        k.sizes().forEach(s -> names.fresh(s.name()));
        names.take(k.body());
        return names;
    }

    private void take(List<Stmt> body) {
        Trees.visit(body, e -> {
            if (e instanceof Expr.Var v) {
                taken.add(v.name());
            }
        });
        for (Stmt s : body) {
            if (s instanceof Stmt.Store st) {
                taken.add(st.array().name());
            } else if (s instanceof Stmt.Transposed t) {
                taken.add(t.to().name());
            } else if (s instanceof Stmt.WideLoad w) {
                taken.add(w.lanes().name());
            } else if (s instanceof Stmt.Let l) {
                taken.add(l.variable().name());
            } else if (s instanceof Stmt.Loop l) {
                taken.add(l.variable().name());
            } else if (s instanceof Stmt.Mutable m) {
                taken.add(m.variable().name());
            } else if (s instanceof Stmt.Fold f) {
                taken.add(f.variable().name());
                f.accumulators().forEach(a -> { // one that nobody reads has a name too
                    taken.add(a.variable().name());
                    if (a.extreme() != null) {
                        taken.add(a.extreme().name());
                    }
                });
            }
            take(Trees.inside(s));
        }
    }

    /** A new identifier like this one, never one that means something in a dialect. */
    String fresh(String wish) {
        String base = IDENTIFIER.matcher(wish).matches() ? wish
                : wish.replaceAll("[^A-Za-z0-9_]", "_").replaceAll("_+", "_").replaceAll("^_|_$", "");
        if (base.isEmpty() || Character.isDigit(base.charAt(0))) {
            base = "v" + base;
        }
        if (!RESERVED.contains(base) && !FUNCTIONS.contains(base) && taken.add(base)) {
            return base;
        }
        String stem = Character.isDigit(base.charAt(base.length() - 1)) ? base + "_" : base;
        int n = last.getOrDefault(stem, 0) + 1;
        while (RESERVED.contains(stem + n) || FUNCTIONS.contains(stem + n) || !taken.add(stem + n)) {
            n++;
        }
        last.put(stem, n);
        return stem + n;
    }
}
