package org.rebind;

/**
 * One dim of an argument that is symbolic: one compilation serves every size of it. The same name twice means equal
 * sizes.
 *
 * @param argument index of the argument
 * @param path of the tensor leaf within the argument, as error messages print it, for instance {@code .layers[2].weight};
 *     empty if the argument is itself a tensor
 * @param dim axis, negative ones count from the end
 * @param name an identifier
 */
public record DynamicDim(int argument, String path, int dim, String name) {
    public DynamicDim {
        if (argument < 0) {
            throw new ArgumentException("dynamicDims: argument " + argument + ", expected an index >= 0");
        }
        if (path == null) {
            throw new ArgumentException("dynamicDims: argument " + argument + ": path is null; use \"\" for a tensor");
        }
        try {
            Dim.symbol(name);
        } catch (ArgumentException e) {
            throw new ArgumentException("dynamicDims: argument " + argument + path + ", dim " + dim + ": "
                    + e.getMessage(), e);
        }
    }
}
