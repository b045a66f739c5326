INSERT INTO table_with_a_name_as_long_as_postgresql_lets_it_be_63_bytes_xyz VALUES (1, 'x');
