package org.rebind.tck;

/**
 * The contract tests of a backend, for JUnit Jupiter. A test class extends this and says which backend it is about:
 *
 * <pre>{@code
 * class MyBackendTest extends BackendContract {
 *     public Backend backend() {
 *         return KnownBackends.named("mine");
 *     }
 * }
 * }</pre>
 *
 * The tracer bundle must be on the test's class path: its interpreter is the oracle, and the golden cases run through the
 * public API.
 */
public abstract class BackendContract implements OperatorContract, OptionsContract, BufferContract,
        ConcurrencyContract, FaultContract, MemoryContract, ReleaseContract, LossContract, LifeCycleContract, GoldenContract,
        FuzzContract {
}
