namespace Yadokari.Engine.Resources.Process;

/// <summary>What is added to a System V semaphore when the process has ended (SEM_UNDO, semop(2)).</summary>
/// <param name="Set">Id of its set.</param>
/// <param name="Number">Its number there.</param>
/// <param name="Adjustment">Not 0; within ± 32768.</param>
public sealed record SemaphoreUndoImage(int Set, int Number, int Adjustment);
