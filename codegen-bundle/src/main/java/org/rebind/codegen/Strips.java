package org.rebind.codegen;

import java.util.List;
import org.rebind.Dim;
import org.rebind.codegen.internal.StripSearch;

/**
 * Steps of a plan for a CPU that can be done strip by strip: all of them for one strip of the rows before, or while, they are done
 * for another, instead of one step for all rows before the next. Part i of {@code count} equal parts of a step is items
 * {@code [i extent / count, (i + 1) extent / count)} of a kernel and as many batch items of a product, or rows of its one item.
 *
 * @param first the first of the steps
 * @param end one past the last
 * @param count strips there are; divides all extents
 */
public record Strips(int first, int end, Dim count) {
    /** Those of a plan that have a product among two or more steps, in order, none overlapping. */
    public static List<Strips> of(Plan plan) {
        return new StripSearch(plan).find();
    }
}
