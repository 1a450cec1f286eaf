# Strings made, sorted and joined again and again.
my ($x, %seen) = (1);
for my $round (1 .. 10) {
    my @words;
    for (1 .. 120000) { $x = ($x * 1103515245 + 12345) & 0x7fffffff; push @words, sprintf("%x", $x); $seen{$x & 0xffff}++; }
    my $all = join("", sort @words);
    my $sum = 0;
    $sum = ($sum * 31 + ord) & 0xffffffff for split //, substr($all, 0, 200000);
    print "$round ", length($all), " $sum ", scalar(keys %seen), "\n";
}
