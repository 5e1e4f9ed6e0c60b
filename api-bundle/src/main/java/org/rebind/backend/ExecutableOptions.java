package org.rebind.backend;

/**
 * What changes the code a backend makes of a graph; part of the executable's cache key.
 *
 * @param exact whether float arithmetic must be rounded operation by operation as the interpreter does it (no fused
 *     multiply-add, no reassociation); the functions of {@code org.rebind.graph.Unary} keep their stated errors
 * @param fuse whether operations may be fused; off, each node becomes a kernel, to bisect a wrong result
 */
public record ExecutableOptions(boolean exact, boolean fuse) {
    public static final ExecutableOptions DEFAULT = new ExecutableOptions(false, true);
}
