package org.rebind.codegen.internal;

import java.util.List;
import java.util.Locale;
import org.rebind.graph.Op;

/** Short names of ops, for variables and kernels. */
final class Naming {
    private Naming() {
    }

    static String of(Op op) {
        return switch (op.opName()) {
            case "multiply" -> "mul";
            case "subtract" -> "sub";
            case "divide" -> "quotient";
            case "negative" -> "neg";
            case "reduce_sum" -> "sum";
            case "reduce_prod" -> "prod";
            case "reduce_max" -> "max";
            case "reduce_min" -> "min";
            case "logical_and" -> "and";
            case "logical_or" -> "or";
            case "logical_not" -> "not";
            case "concatenate" -> "concat";
            case "broadcast_to" -> "broadcast";
            default -> op.opName();
        };
    }

    /** What a variable that holds the op's result is called. */
    static String variable(Op op) {
        String name = of(op);
        return switch (name) {
            case "exp" -> "e";
            case "max" -> "most";
            case "min" -> "least";
            case "sqrt" -> "root";
            case "tanh" -> "t";
            case "log" -> "ln";
            case "and", "or", "not" -> "holds";
            case "where" -> "chosen";
            case "less", "less_equal", "equal" -> "test";
            default -> name;
        };
    }

    /** A kernel's name from the ops it computes; never that of a function C knows, such as exp. */
    static String kernel(List<String> ops) {
        List<String> words = ops.stream().filter(o -> !o.equals("broadcast") && !o.equals("reshape") || ops.size() == 1)
                .toList();
        words = words.isEmpty() ? ops : words;
        String joined = words.size() == 1 ? words.get(0) + "_kernel" : words.size() <= 4 ? String.join("_", words)
                : words.get(0) + "_" + words.get(1) + "_" + words.get(words.size() - 1) + "_" + words.size();
        return joined.toLowerCase(Locale.ROOT);
    }
}
