package org.rebind.codegen.internal.math;

import java.util.List;

/**
 * One elementary function: statements that each name a value, and the result.
 *
 * @param comment the lines before it in the library, without their marks
 * @param parameters all floating
 */
record MathFunction(String name, String comment, List<String> parameters, List<Statement> statements, Expr result) {
    /** {@code name = value}; a name may be given again. */
    record Statement(String name, Expr value) {
    }
}
