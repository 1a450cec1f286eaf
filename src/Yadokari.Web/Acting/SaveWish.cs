namespace Yadokari.Web.Acting;

/// <summary>A job is to be saved while it runs on.</summary>
public sealed record SaveWish(string Job, string Path);
