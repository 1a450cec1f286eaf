using Yadokari.Engine.Checkpointing;

namespace Yadokari.Daemon.Engine;

/// <summary>What the daemon asks its keeper to do.</summary>
/// <param name="Pid">Of <see cref="KeeperAct.Open"/> and <see cref="KeeperAct.Look"/>.</param>
/// <param name="Options">Of the same.</param>
/// <param name="Earlier">Of <see cref="KeeperAct.CopyAhead"/>, as <see cref="IImageSink.Earlier"/>; null: there is none.</param>
/// <param name="WantsLayout">Of <see cref="KeeperAct.CopyAhead"/>, as <see cref="IImageSink.WantsLayout"/>.</param>
public sealed record KeeperRequest(KeeperAct Act, int Pid = 0, CaptureOptions? Options = null, bool WantsLayout = false, IReadOnlyList<EarlierPlace>? Earlier = null);
