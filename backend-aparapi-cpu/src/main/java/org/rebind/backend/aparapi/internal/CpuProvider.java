package org.rebind.backend.aparapi.internal;

import java.util.ArrayList;
import java.util.List;
import org.rebind.backend.BackendProvider;
import org.rebind.backend.Discovery;

/** Finds the one CPU there is, tests it, and says how well it can be used. */
public final class CpuProvider implements BackendProvider {
    private static final System.Logger LOG = System.getLogger("org.rebind.backend.aparapi");

    @Override
    public String name() {
        return CpuBackend.NAME;
    }

    @Override
    public Discovery discover() {
        CpuBackend backend = null;
        try {
            backend = create(VectorCode.detect());
            SelfTest.run(backend);
            return new Discovery(List.of(backend), List.of());
        } catch (RuntimeException | LinkageError e) {
            if (backend != null) {
                backend.close();
            }
            LOG.log(System.Logger.Level.WARNING, CpuBackend.NAME + " is declined, its self-test failed: " + e, e);
            return Discovery.declined(CpuBackend.NAME, "its self-test failed: " + e);
        }
    }

    static CpuBackend create(VectorCode vector) {
        return create(vector, ArrayPool.configured());
    }

    static CpuBackend create(VectorCode vector, ArrayPool pool) {
        return create(vector, pool, StripRule.USUAL);
    }

    /** @param stripMultiplyAdds see {@link StripRule} */
    static CpuBackend create(VectorCode vector, ArrayPool pool, long stripMultiplyAdds) {
        if (!vector.available()) {
            LOG.log(System.Logger.Level.INFO, "kernels are plain loops, not vector code: " + vector.reason());
        }
        Dispatcher dispatcher = Dispatcher.configured();
        SourceCompiler compiler = new SourceCompiler(CpuProvider.class.getClassLoader());
        List<Gemm> gemms = new ArrayList<>();
        if (vector.available()) {
            OperatorWarmup.start();
            OneDnn.find(dispatcher, LOG).ifPresent(gemms::add);
            gemms.add(new VectorGemm(vector, compiler, dispatcher, pool));
        }
        return new CpuBackend(vector, dispatcher, pool, compiler, gemms,
                new StripRule(dispatcher.threads(), stripMultiplyAdds));
    }
}
