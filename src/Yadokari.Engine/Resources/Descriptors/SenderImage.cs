namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Who has sent a message, as the receiver is told (struct ucred, unix(7)).</summary>
public sealed record SenderImage(int Pid, uint Uid, uint Gid);
