namespace Yadokari.Engine.Consent;

/// <summary>A file that a program has opened by the library.</summary>
/// <param name="Path">Absolute, as the program said it.</param>
/// <param name="Travels">Its content comes along; else it is found by path wherever the program goes.</param>
public readonly record struct ProgramFile(string Path, bool Travels);
