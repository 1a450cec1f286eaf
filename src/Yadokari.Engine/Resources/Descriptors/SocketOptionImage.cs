namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A socket option that differs from that of a new socket.</summary>
/// <param name="Level">SOL_* number.</param>
/// <param name="Option">SO_* number.</param>
/// <param name="Value">As setsockopt(2) takes it.</param>
public sealed record SocketOptionImage(int Level, int Option, byte[] Value);
