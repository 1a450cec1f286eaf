namespace Yadokari.Engine.Image;

/// <summary>As <see cref="Linux.Cpu.XsaveComponent"/>.</summary>
public sealed record XsaveComponentImage(int Number, uint Offset, uint Size);
