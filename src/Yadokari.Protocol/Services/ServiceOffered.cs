namespace Yadokari.Protocol.Services;

/// <summary>A target has agreed to take a service.</summary>
/// <param name="NeedsProgram">It lacks the program folder: send it.</param>
public sealed record ServiceOffered(bool NeedsProgram);
