namespace Yadokari.Web.Acting;

/// <summary>Somebody wants a job on another host.</summary>
public sealed record MoveWish(string Job, string Host);
