"""The acceptance stories, by number: each is one readable test of the whole, most of them over real files; their parts are tested beside the code.

1 and 3 to 8 `test_erasure`; 9, 10, 24 `test_09_10_24_nobody_comes_back`; 13, 14 to 17, 19, 20, 22, 23, 25, 26, 28 to 32, 34, 35, 37 and 40 in the files that bear their numbers.
"""
