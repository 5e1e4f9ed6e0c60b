package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rebind.DType;
import org.rebind.codegen.BlockMemory;
import org.rebind.codegen.Dialect;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;
import org.rebind.codegen.ir.Stmt.Accumulator;
import org.rebind.codegen.ir.Stmt.Kind;

/** Prints the statements of one kernel, one scalar at a time. */
class StatementWriter {
    static final int GROUP = Kernel.GROUP_SIZE;

    final Dialect dialect;
    final Kernel kernel;
    final ExprWriter expressions;
    final Names names;
    final Expansion expansion;
    final StringBuilder out = new StringBuilder();
    final Set<Array.Scratch> scratch = new LinkedHashSet<>();
    private final Set<Array.Shared> shared = new LinkedHashSet<>();
    private final List<Array.Scratch> blockArrays = new ArrayList<>();
    private GroupWriter group;
    /** How often each elementary function is called on vectors. */
    final Map<String, Integer> vectorCalls = new LinkedHashMap<>();
    int indent = 1;

    StatementWriter(Dialect dialect, Kernel kernel) {
        this.dialect = dialect;
        this.kernel = kernel;
        this.expressions = new ExprWriter(dialect, kernel);
        this.names = Names.of(kernel);
        this.expansion = new Expansion(names);
    }

    /** The statements of the kernel. */
    String body() {
        findScratch(kernel.body());
        block(kernel.body());
        return out.toString();
    }

    /** Further functions that the statements call. */
    String methods() {
        return "";
    }

    /** One of the arrays of {@link BlockMemory}; all loops in blocks of a kernel share them. */
    Array.Scratch blockArray(int number) {
        while (blockArrays.size() <= number) {
            blockArrays.add(new Array.Scratch(names.fresh("values"), DType.FLOAT32, Expr.integer(BlockMemory.LENGTH)));
        }
        return blockArrays.get(number);
    }

    /** All arrays that are declared before the statements. */
    final Set<Array.Scratch> arrays() {
        Set<Array.Scratch> all = new LinkedHashSet<>(scratch);
        all.addAll(blockArrays);
        return all;
    }

    /** Declarations of scratch and shared arrays. */
    String declarations() {
        StringBuilder s = new StringBuilder();
        if (!blockArrays.isEmpty()) {
            String memory = names.fresh("memory");
            s.append("    float[][] ").append(memory).append(" = BlockMemory.of(").append(blockArrays.size()).append(");\n");
            for (int i = 0; i < blockArrays.size(); i++) {
                s.append("    float[] ").append(blockArrays.get(i).name()).append(" = ").append(memory).append('[').append(i).append("];\n");
            }
        }
        for (Array.Scratch a : scratch) {
            String type = dialect.types().get(a.dtype());
            String length = expressions.print(a.length());
            s.append("    ").append(dialect.style() == Dialect.Style.C ? type + " " + a.name() + "[" + length + "]"
                    : type + "[] " + a.name() + " = new " + type + "[" + length + "]").append(";\n");
        }
        for (Array.Shared a : shared) {
            s.append("    ").append(dialect.word("local")).append(dialect.types().get(a.dtype())).append(' ').append(a.name())
                    .append('[').append(a.length()).append("];\n");
        }
        s.append(group == null ? "" : group.declarations());
        return s.toString();
    }

    private void findScratch(List<Stmt> body) {
        for (Stmt s : body) {
            if (s instanceof Stmt.Store st && st.array() instanceof Array.Scratch a) {
                scratch.add(a);
            } else if (s instanceof Stmt.Transposed t && t.to() instanceof Array.Scratch a) {
                scratch.add(a);
            } else if (s instanceof Stmt.Store st && st.array() instanceof Array.Shared a) {
                shared.add(a);
            }
            findScratch(Trees.inside(s));
        }
    }

    void line(String text) {
        out.append("    ".repeat(indent)).append(text).append('\n');
    }

    void block(List<Stmt> statements) {
        statements.forEach(this::statement);
    }

    void statement(Stmt s) {
        if (s instanceof Stmt.Let l) {
            line(type(l.variable()) + " " + l.variable().name() + " = " + expressions.print(l.value()) + ";");
        } else if (s instanceof Stmt.Mutable m) {
            line(type(m.variable()) + " " + m.variable().name() + " = " + expressions.print(m.initial()) + ";");
        } else if (s instanceof Stmt.Assign a) {
            line(assign(a));
        } else if (s instanceof Stmt.Store st) {
            line(expressions.store(st.array(), st.index(), st.value()));
        } else if (s instanceof Stmt.Transposed t) {
            line("transpose" + t.side() + "(" + t.first().array().name() + ", " + expressions.print(t.first().index()) + ", "
                    + expressions.print(t.step()) + ", " + t.to().name() + ", " + expressions.print(t.place()) + ", " + t.width() + ");");
        } else if (s instanceof Stmt.Comment c) {
            line("// " + c.text());
        } else if (s instanceof Stmt.If i) {
            line("if (" + expressions.print(i.condition()) + ") {");
            nested(i.body());
        } else if (s instanceof Stmt.Loop l && !(l.kind() == Kind.SERIAL && l.from().equals(l.to()))) {
            loop(l);
        } else if (s instanceof Stmt.Fold f) {
            fold(f);
        } else {
            groupStatement(s);
        }
    }

    private void groupStatement(Stmt s) {
        if (s instanceof Stmt.WideLoad w) {
            line(lanesType(w.lanes()) + " " + w.lanes().name() + " = *(" + dialect.word("global") + "const "
                    + lanesType(w.lanes()) + " *) &" + element(w.from(), w.at()) + ";");
        } else if (s instanceof Stmt.Declare d) {
            line(lanesType(d.lanes()) + " " + d.lanes().name() + ";");
        } else if (s instanceof Stmt.WideStore w) {
            line("*(" + dialect.word("global") + lanesType(w.lanes()) + " *) &" + element(w.to(), w.at()) + " = "
                    + w.lanes().name() + ";");
        } else if (s instanceof Stmt.Combined c) {
            c.accumulators().forEach(group()::combine);
        } else if (s instanceof Stmt.Barrier) {
            line(dialect.word("barrier") + ";");
        }
    }

    private static String lanesType(Array.Lanes lanes) {
        return lanes.dtype() + "_x" + lanes.width();
    }

    private String element(Array array, Expr at) {
        return array.name() + "[" + expressions.print(at) + "]";
    }

    private GroupWriter group() {
        group = group == null ? new GroupWriter(this) : group;
        return group;
    }

    private String type(Expr.Var v) {
        return dialect.types().get(v.type());
    }

    String assign(Stmt.Assign a) {
        if (a.value() instanceof Expr.Apply x && x.args().get(0).equals(a.variable())) {
            String template = dialect.function(x.fn(), a.variable().type());
            if (template != null && template.matches("\\$1 [-+*] \\$2")) {
                return a.variable().name() + " " + template.charAt(3) + "= " + expressions.print(x.args().get(1)) + ";";
            }
        }
        return a.variable().name() + " = " + expressions.print(a.value()) + ";";
    }

    void nested(List<Stmt> body) {
        indent++;
        block(body);
        indent--;
        line("}");
    }

    void loop(Stmt.Loop l) {
        if (Blocks.write(this, l)) {
            return;
        }
        String v = l.variable().name();
        String end = expressions.print(l.to());
        switch (l.kind()) {
            case GRID -> line("for (int " + v + " = " + start(l, dialect.word("globalId")) + "; " + v + " < " + end + "; " + v
                    + " += " + (l.step() == 1 ? "" : l.step() + " * ") + dialect.word("globalSize") + ") {");
            case GROUPS -> line("for (int " + v + " = " + dialect.word("groupId") + "; " + v + " < " + end + "; " + v + " += "
                    + dialect.word("groups") + ") {");
            case THREADS -> line("for (int " + v + " = " + start(l, Lowering.THREAD.name()) + "; " + v + " < " + end + "; " + v
                    + " += " + l.step() * GROUP + ") {");
            case UNROLLED -> {
                line("#pragma unroll");
                line("for (int " + v + " = " + expressions.print(l.from()) + "; " + v + " < " + end + "; " + v + "++) {");
            }
            default -> {
                if (l.kind() == Kind.LANES && dialect.words().containsKey("costlyLoop") && isCostly(l.body())) {
                    line(dialect.word("costlyLoop"));
                }
                line("for (int " + v + " = " + expressions.print(l.from()) + "; " + v + " < " + end + "; " + v
                        + (l.step() == 1 ? "++" : " += " + l.step()) + ") {");
            }
        }
        nested(l.body());
    }

    private static boolean isCostly(List<Stmt> body) {
        boolean[] found = new boolean[1];
        Trees.visit(body, e -> found[0] |= e instanceof Expr.Apply a && a.fn().isCostly());
        return found[0];
    }

    /** Where a thread starts. */
    private String start(Stmt.Loop l, String thread) {
        String own = l.step() == 1 ? thread : l.step() + " * " + thread;
        return l.from().equals(Expr.integer(0)) ? own : expressions.print(l.from()) + " + " + own;
    }

    void fold(Stmt.Fold f) {
        if (f.kind() == Kind.LANES && dialect.style() == Dialect.Style.C) {
            block(expansion.lanes(f, scratch::add));
        } else if (!Blocks.write(this, f)) {
            block(f.kind() == Kind.LANES ? expansion.unrolled(f) : expansion.serial(f, f.from(), f.to(), 1));
        }
    }
}
