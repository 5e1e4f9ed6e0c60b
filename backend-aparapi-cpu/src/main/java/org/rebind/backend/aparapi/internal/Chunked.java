package org.rebind.backend.aparapi.internal;

/** Work over items 0 to some extent that can be done in disjoint pieces, in any order and at the same time. */
interface Chunked {
    /** Does the items from lo up to, not including, hi. */
    void run(int lo, int hi);
}
