package org.rebind.backend.opencl.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rebind.backend.Backend;
import org.rebind.backend.Discovery;

/** Further options for the driver's compiler reach it, are part of what a backend is, and are named where it refuses them. */
class BuildOptionsTest {
    private static final String NONE_SUCH = "-cl-no-such-option";

    private static Settings settings(String buildOptions) {
        return new Settings(0, 0, null, null, buildOptions);
    }

    @Test
    void aBackendSaysWhatItIsBuiltWith() {
        try (Backend usual = TestDevices.backend(settings("")); Backend slow = TestDevices.backend(settings("-cl-opt-disable"))) {
            assertFalse(usual.device().properties().get("build.options").contains("-cl-opt-disable"));
            assertTrue(slow.device().properties().get("build.options").endsWith(" -cl-opt-disable"));
            assertEquals(usual.version().replace(")", ", -cl-opt-disable)"), slow.version());
        }
    }

    @Test
    void optionsTheDriverRefusesAreNamed() {
        TestDevices.facts(); // or skip
        Discovery found = new OpenClProvider(() -> settings(NONE_SUCH)).discover();
        found.backends().forEach(Backend::close);
        assertEquals(List.of(), found.backends());
        assertTrue(found.declined().stream().allMatch(d -> d.reason().contains(NONE_SUCH)), () -> "declined: " + found.declined());
    }
}
