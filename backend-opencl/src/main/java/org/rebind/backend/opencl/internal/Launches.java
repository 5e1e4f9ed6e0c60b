package org.rebind.backend.opencl.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.Plan;
import org.rebind.codegen.PlanSizes;
import org.rebind.codegen.Step;

/**
 * A plan at known sizes: what to launch over how much memory. Memory is numbered: the plan's buffers, then one scratch
 * for packed matrices, which launches may share as they run in order. Immutable.
 */
final class Launches {
    /** Inner operations a chunk has at least: below, handing it to a thread costs more than running it. */
    private static final long CHUNK_WORK = 32_768;
    /** Chunks a compute unit gets of a large extent, so that the last ones even out. */
    private static final int CHUNKS_PER_UNIT = 8;
    /** Groups a compute unit gets of a large extent; they stride over the rest. */
    private static final long GROUPS_PER_UNIT = 32;
    private static final long[] ONE = {1};

    private final Plan plan;
    private final DeviceFacts device;
    private final MatmulSource matmul;
    private final PlanSizes sizes;
    private final List<Launch> launches = new ArrayList<>();
    private long scratch;

    Launches(Plan plan, DeviceFacts device, MatmulSource matmul, ToLongFunction<String> symbols) {
        this.plan = plan;
        this.device = device;
        this.matmul = matmul;
        this.sizes = new PlanSizes(plan, symbols);
        for (Step step : plan.steps()) {
            if (step instanceof Step.KernelStep k) {
                add(k);
            } else if (step instanceof Step.MatmulStep m) {
                add(m);
            }
        }
    }

    List<Launch> launches() {
        return launches;
    }

    PlanSizes sizes() {
        return sizes;
    }

    /** Bytes of the scratch memory, 0 if none is needed. */
    long scratchBytes() {
        return scratch;
    }

    private void add(Step.KernelStep step) {
        Kernel kernel = step.kernel();
        int extent = sizes.extent(kernel);
        if (extent == 0) {
            return;
        }
        boolean chunks = kernel.launch() == Kernel.Launch.CHUNKS;
        int[] numbers = sizes.numbers(kernel, chunks ? 1 : 0);
        long global;
        if (chunks) {
            int chunk = chunk(kernel, extent);
            numbers[numbers.length - 1] = chunk;
            global = (extent + (long) chunk - 1) / chunk;
        } else {
            global = sizes.groups(kernel, GROUPS_PER_UNIT * Math.max(1, device.computeUnits())) * (long) Kernel.GROUP_SIZE;
        }
        launches.add(new Launch(kernel.name(), step.buffers().stream().mapToInt(Integer::intValue).toArray(), numbers,
                new long[] {global}, chunks ? ONE : new long[] {Kernel.GROUP_SIZE}));
    }

    private int chunk(Kernel kernel, int extent) {
        long perItem = sizes.workPerItem(kernel);
        long share = perItem * extent / (CHUNKS_PER_UNIT * (long) Math.max(1, device.computeUnits()));
        return kernel.chunk(perItem, Math.max(CHUNK_WORK, share));
    }

    private void add(Step.MatmulStep step) {
        PlanSizes.Product p = sizes.product(step);
        if (p.isEmpty()) {
            return;
        }
        if (!matmul.suits(step.dtype(), p.m())) {
            add(step.generated());
            return;
        }
        for (long outer = 0; outer < p.outer(); outer++) {
            addProduct(step, p, outer);
        }
    }

    /** Row, column and batch stride of an operand. */
    private int[] strides(Step.Operand o) {
        int leading = sizes.leading(o);
        int batch = sizes.innerStride(o);
        return o.transposed() ? new int[] {1, leading, batch} : new int[] {leading, 1, batch};
    }

    private void addProduct(Step.MatmulStep step, PlanSizes.Product p, long outer) {
        int m = p.m();
        int n = p.n();
        int k = p.k();
        int batch = p.inner();
        int aOffset = sizes.offset(step.a(), p, outer);
        int bOffset = sizes.offset(step.b(), p, outer);
        int[] a = strides(step.a());
        int[] b = strides(step.b());
        int cOffset = Math.toIntExact(outer * batch * m * n);
        if (!matmul.packs()) {
            long groupsX = (n + MatmulSource.GPU_TILE - 1) / MatmulSource.GPU_TILE;
            long groupsY = (m + MatmulSource.GPU_TILE - 1) / MatmulSource.GPU_TILE;
            launches.add(new Launch(MatmulSource.name(step.dtype()),
                    new int[] {step.a().buffer(), step.b().buffer(), step.out()},
                    new int[] {aOffset, a[0], a[1], a[2], bOffset, b[0], b[1], b[2], cOffset, m, n, k},
                    new long[] {groupsX * MatmulSource.GPU_THREADS, groupsY * MatmulSource.GPU_THREADS, batch},
                    new long[] {MatmulSource.GPU_THREADS, MatmulSource.GPU_THREADS, 1}));
            return;
        }
        int columns = matmul.columns(step.dtype());
        int panels = (n + columns - 1) / columns;
        int packed = b[2] == 0 ? 1 : batch;
        long bytes = (long) packed * panels * columns * k * step.dtype().byteSize();
        scratch = Math.max(scratch, Math.max(1, bytes));
        int panelMemory = plan.buffers().size();
        long[] one = {1, 1, 1};
        if (k > 0) {
            launches.add(new Launch(MatmulSource.packName(step.dtype()), new int[] {step.b().buffer(), panelMemory},
                    new int[] {bOffset, b[0], b[1], b[2], n, k},
                    new long[] {panels, (k + MatmulSource.PACK_ROWS - 1) / MatmulSource.PACK_ROWS, packed}, one));
        }
        launches.add(new Launch(MatmulSource.name(step.dtype()),
                new int[] {step.a().buffer(), panelMemory, step.out()},
                new int[] {aOffset, a[0], a[1], a[2], packed == 1 ? 0 : panels, cOffset, m, n, k},
                new long[] {(m + matmul.rows() - 1) / matmul.rows(), panels, batch}, one));
    }
}
