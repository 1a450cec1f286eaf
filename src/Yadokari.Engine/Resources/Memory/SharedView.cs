using Yadokari.Linux;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>A mapping of a shared object.</summary>
/// <param name="Object">Number of the object.</param>
/// <param name="Offset">Bytes into the object.</param>
public sealed record SharedView(int Object, RemoteAddress Start, RemoteAddress End, ulong Offset);
