namespace Yadokari.Web.Acting;

/// <summary>Something is to be done with a host.</summary>
public sealed record HostWish(string Host);
