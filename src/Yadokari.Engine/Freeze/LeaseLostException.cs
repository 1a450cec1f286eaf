namespace Yadokari.Engine.Freeze;

/// <summary>A borrowed thread was not fetched in time and has gone home by itself. It stands still again, somewhere later in
/// its program: what was asked before is out of date.</summary>
internal sealed class LeaseLostException(int tid) : Exception($"thread {tid} was kept waiting for too long and went on");
