/** Bounded LRU caches with leased values; the lock protects bookkeeping only, never a hit, a fill or a close. */
package org.rebind.cachesvc.internal;
