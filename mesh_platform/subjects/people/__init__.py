"""Who a person is across products, and where their rows stand: identifiers that belong together, the products that hold any, and whose hash is whose."""
